import { CfnOutput, NestedStack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Pipeline, type PipelineProps } from '../constructs/pipeline.ts';
import { nameNested } from './nested.ts';

/** One pipeline. */
export class PipelineStack extends NestedStack {
  readonly pipeline: Pipeline;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    nameNested(this, id);
    this.pipeline = new Pipeline(this, 'Pipeline', props);
    Tags.of(this).add('pipeline', props.pipeline.name);
    const { resources } = this.pipeline;
    // What the command line finds a deployment by (cli/targets/stack.ts).
    const outputs = {
      Table: resources.table,
      Bucket: resources.objects,
      Splitter: this.pipeline.functionOf('splitter').functionName,
      Forwarder: this.pipeline.functionOf('forwarder').functionName,
      SplitQueueUrl: resources.split,
      WorkQueueUrl: resources.work,
      AggregateQueueUrl: resources.aggregate,
      EndpointUrl: resources.endpoint,
      ...(resources.mail ? { MailFrom: resources.mail } : {}),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
