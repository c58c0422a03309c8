import { App, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancedFargateService } from 'aws-cdk-lib/aws-ecs-patterns';
import { Pipeline, Platform, QueueDedicatedClone } from 'microprocess/cdk';

const env = { account: '123456789012', region: 'eu-west-1' };
export const stack = new Stack(new App(), 'Shop', { env });
const images = Repository.fromRepositoryName(stack, 'Images', 'companies');
const digest = 'sha256:5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5';
const live = new ApplicationLoadBalancedFargateService(stack, 'Companies', {
  vpc: Vpc.fromLookup(stack, 'Vpc', { vpcName: 'main' }),
  taskImageOptions: { image: ContainerImage.fromEcrRepository(images, digest), containerPort: 8_080 },
  certificate: Certificate.fromCertificateArn(
    stack,
    'Certificate',
    `arn:aws:acm:eu-west-1:${env.account}:certificate/1`,
  ),
});

const platform = new Platform(stack, 'Jobs', { stage: 'prod' });
const clone = QueueDedicatedClone.ofService(stack, 'CompaniesClone', {
  platform,
  of: live.service,
  route: { listener: live.listener, url: 'https://companies-queue.example.com', priority: 10 },
  requestsPerTaskMinute: 3_000,
  maxTasks: 50,
  minTasks: 0,
  scheduledMinimum: [
    { cron: '50 1 1 * *', timeZone: 'Australia/Sydney', tasks: 10 },
    { cron: '0 6 1 * *', timeZone: 'Australia/Sydney', tasks: 0 },
  ],
});
new Pipeline(stack, 'Scores', { entry: 'pipelines/scores/index.ts', platform, clone });
