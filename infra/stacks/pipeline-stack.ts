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
    new CfnOutput(this, 'Splitter', {
      value: this.pipeline.functions.splitter.functionName,
      description: 'Start a run: Test this function with {} or {"runId": "…", "limit": 100}',
    });
    new CfnOutput(this, 'Bucket', { value: props.platform.bucket.bucketName, description: 'Where the reports go' });
    new CfnOutput(this, 'Table', { value: props.platform.table.tableName });
  }
}
