import { NestedStack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Platform, type PlatformProps } from '../constructs/platform.ts';
import { PlatformFunctions, type PlatformFunctionsProps } from '../constructs/platform-functions.ts';
import { nameNested } from './nested.ts';

/** What all pipelines of a stage share. */
export class PlatformStack extends NestedStack {
  readonly platform: Platform;

  constructor(scope: Construct, id: string, props: PlatformProps & Omit<PlatformFunctionsProps, 'platform'>) {
    super(scope, id);
    nameNested(this, id);
    this.platform = new Platform(this, 'Platform', props);
    new PlatformFunctions(this, 'Functions', { ...props, platform: this.platform });
  }
}
