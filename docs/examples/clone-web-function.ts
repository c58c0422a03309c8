import { App, Stack } from 'aws-cdk-lib';
import { WebFunction, WebFunctionAuthType, WebFunctionCode, WebFunctionRuntime } from 'aws-cdk-lib/aws-lambda';
import { Pipeline, Platform, QueueDedicatedClone } from 'microprocess/cdk';

export const stack = new Stack(new App(), 'Shop');
const companies = new WebFunction(stack, 'Companies', {
  code: WebFunctionCode.fromAssetToManagedBucket('services/companies'),
  runtime: WebFunctionRuntime.NODEJS_24_X,
  entryPoint: 'server.js',
  defaultEndpointAuth: WebFunctionAuthType.IAM_AUTH,
  defaultEndpoint: { maxEnvironments: 20 },
});

const platform = new Platform(stack, 'Jobs', { stage: 'prod' });
const clone = QueueDedicatedClone.ofWebFunction(stack, 'CompaniesClone', { of: companies, maxEnvironments: 10 });
new Pipeline(stack, 'Scores', { entry: 'pipelines/scores/index.ts', platform, clone });
