import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { QueueDedicatedClone, type QueueDedicatedCloneProps } from '../constructs/queue-dedicated-clone.ts';

/** A service of this repository, live and as queue-dedicated clone. Pipelines that call the same service share the clone. */
export class ServiceStack extends Stack {
  readonly clone: QueueDedicatedClone;

  constructor(scope: Construct, id: string, props: StackProps & QueueDedicatedCloneProps) {
    super(scope, id, props);
    this.clone = new QueueDedicatedClone(this, 'Service', props);
    new CfnOutput(this, 'LiveUrl', { value: this.clone.live.url, description: 'For people; wants IAM' });
    new CfnOutput(this, 'QueueUrl', { value: this.clone.queue.url, description: 'For pipelines; wants IAM' });
  }
}
