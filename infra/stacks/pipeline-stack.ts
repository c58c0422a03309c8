import { CfnOutput, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Pipeline, type PipelineProps } from '../constructs/pipeline.ts';
import { Nested } from './nested.ts';

/** One pipeline in a stack of its own, with the outputs that the command line finds a deployment by (cli/targets/stack.ts). */
export function pipelineStack(scope: Construct, id: string, props: PipelineProps): Nested<Pipeline> {
  const stack = new Nested(scope, id, (within) => new Pipeline(within, 'Pipeline', props));
  Tags.of(stack).add('pipeline', props.pipeline.name);
  const pipeline = stack.content;
  const { resources } = pipeline;
  const outputs = {
    Table: resources.table,
    Bucket: resources.objects,
    Splitter: pipeline.functionOf('splitter').functionName,
    Forwarder: pipeline.functionOf('forwarder').functionName,
    SplitQueueUrl: resources.split,
    WorkQueueUrl: resources.work,
    AggregateQueueUrl: resources.aggregate,
    EndpointUrl: resources.endpoint,
    ...(resources.mail ? { MailFrom: resources.mail } : {}),
  };
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(stack, name, { value });
  return stack;
}
