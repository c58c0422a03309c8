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
    const { functions, environment } = this.pipeline;
    // What the command line finds a deployment by (cli/targets/stack.ts).
    const outputs = {
      Table: environment.MP_TABLE,
      Bucket: environment.MP_BUCKET,
      Splitter: functions.splitter.functionName,
      Forwarder: functions.forwarder.functionName,
      SplitQueueUrl: environment.MP_SPLIT_QUEUE_URL,
      WorkQueueUrl: environment.MP_WORK_QUEUE_URL,
      AggregateQueueUrl: environment.MP_AGGREGATE_QUEUE_URL,
      EndpointUrl: environment.MP_ENDPOINT_URL,
      ...(environment.MP_MAIL_FROM ? { MailFrom: environment.MP_MAIL_FROM } : {}),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
