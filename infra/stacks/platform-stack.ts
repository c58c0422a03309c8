import { NestedStack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Platform, type PlatformProps } from '../constructs/platform.ts';
import { nameNested } from './nested.ts';

/** What all pipelines of a stage share. */
export class PlatformStack extends NestedStack {
  readonly platform: Platform;

  constructor(scope: Construct, id: string, props: PlatformProps) {
    super(scope, id);
    nameNested(this, id);
    this.platform = new Platform(this, 'Platform', props);
  }
}
