import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Pipeline, Platform, QueueDedicatedClone } from 'microprocess/cdk';

// An app of its own shape: one stack, with a service and its table.
const stack = new Stack(new App(), 'shop');
const table = new Table(stack, 'Table', {
  partitionKey: { name: 'sku', type: AttributeType.STRING },
  removalPolicy: RemovalPolicy.DESTROY,
});
const service = new LambdaFunction(stack, 'Service', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromAsset('service'),
  environment: { TABLE: table.tableName },
});
table.grantWriteData(service);

// What it takes besides: a clone of the service, and a pipeline that calls the clone.
const platform = new Platform(stack, 'Jobs', { stage: 'shop', removalPolicy: RemovalPolicy.DESTROY });
const clone = new QueueDedicatedClone(stack, 'ServiceClone', { platform, of: service });
new Pipeline(stack, 'Prices', { entry: 'pipelines/prices/index.ts', platform, clone });
