import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Pipeline, type PipelineProps } from '../constructs/pipeline.ts';

/** One pipeline. */
export class PipelineStack extends Stack {
  readonly pipeline: Pipeline;

  constructor(scope: Construct, id: string, props: StackProps & PipelineProps) {
    super(scope, id, props);
    this.pipeline = new Pipeline(this, 'Pipeline', props);
    Tags.of(this).add('pipeline', props.pipeline.name);
    const { functions, environment } = this.pipeline;
    const output = (id: string, value: string, description?: string): CfnOutput =>
      new CfnOutput(this, id, { value, ...(description ? { description } : {}) });
    output(
      'Splitter',
      functions.splitter.functionName,
      'Start a run: Test this function with {} or {"runId": "…", "limit": 100}',
    );
    output('Bucket', environment.MP_BUCKET, 'Where the reports go');
    // All of it is what the command line finds a deployment by (cli/targets/stack.ts).
    output('Table', environment.MP_TABLE);
    output('Forwarder', functions.forwarder.functionName);
    output('SplitQueueUrl', environment.MP_SPLIT_QUEUE_URL);
    output('WorkQueueUrl', environment.MP_WORK_QUEUE_URL);
    output('AggregateQueueUrl', environment.MP_AGGREGATE_QUEUE_URL);
    output('EndpointUrl', environment.MP_ENDPOINT_URL);
    if (environment.MP_MAIL_FROM) output('MailFrom', environment.MP_MAIL_FROM);
  }
}
