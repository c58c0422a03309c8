import { App, Stack } from 'aws-cdk-lib';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Pipeline, Platform, QueueDedicatedClone } from 'microprocess/cdk';

export const stack = new Stack(new App(), 'Shop');
const companies = new NodejsFunction(stack, 'Companies', { entry: 'services/companies/lambda.ts' });

const platform = new Platform(stack, 'Jobs', { stage: 'prod' });
const clone = new QueueDedicatedClone(stack, 'CompaniesClone', { platform, of: companies, reservedConcurrency: 400 });
new Pipeline(stack, 'Scores', { entry: 'pipelines/scores/index.ts', platform, clone });
