import { NestedStack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { QueueDedicatedClone, type QueueDedicatedCloneProps } from '../constructs/queue-dedicated-clone.ts';
import { nameNested } from './nested.ts';

/** A service of this repository, live and as queue-dedicated clone. Pipelines that call the same service share the clone. */
export class ServiceStack extends NestedStack {
  readonly clone: QueueDedicatedClone;

  constructor(scope: Construct, id: string, props: QueueDedicatedCloneProps) {
    super(scope, id);
    nameNested(this, id);
    this.clone = new QueueDedicatedClone(this, 'Service', props);
  }
}
