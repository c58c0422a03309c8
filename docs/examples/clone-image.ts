import { App, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Cluster, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Pipeline, Platform, QueueDedicatedClone } from 'microprocess/cdk';

const env = { account: '123456789012', region: 'eu-west-1' };
export const stack = new Stack(new App(), 'Shop', { env });
const vpc = Vpc.fromLookup(stack, 'Vpc', { vpcName: 'main' });
const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'shop', vpc });
const images = Repository.fromRepositoryName(stack, 'Images', 'companies');

const digest = 'sha256:5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5';
const platform = new Platform(stack, 'Jobs', { stage: 'prod', vpc });
const clone = QueueDedicatedClone.ofImage(stack, 'CompaniesClone', {
  platform,
  image: ContainerImage.fromEcrRepository(images, digest),
  port: 8_080,
  task: { cpu: 512, memoryLimitMiB: 1_024 },
  environment: { TABLE: 'companies' },
  cluster,
  healthCheck: { path: '/health' },
  requestsPerTaskMinute: 3_000,
  maxTasks: 50,
});
new Pipeline(stack, 'Scores', { entry: 'pipelines/scores/index.ts', platform, clone });
