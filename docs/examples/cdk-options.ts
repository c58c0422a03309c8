import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Microprocess } from 'microprocess/cdk';

const app = new App();
const env = { account: '123456789012', region: 'eu-west-1' };
const network = new Stack(app, 'Network', { env });

export const jobs = new Microprocess(app, 'jobs-prod', {
  stage: 'prod',
  env,
  stackName: 'scoring-jobs',
  mail: { from: 'reports@your-company.com', identity: 'your-company.com' },
  alarmEmail: 'ops@your-company.com',
  vpc: Vpc.fromLookup(network, 'Vpc', { vpcName: 'main' }),
  logRetention: RetentionDays.SIX_MONTHS,
  removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  deletionProtection: true,
  permissionsBoundary: ManagedPolicy.fromManagedPolicyName(network, 'Boundary', 'developers'),
  environment: { LOG_LEVEL: 'WARN' },
  tags: { team: 'scoring' },
  pipelineOptions: {
    scores: {
      memoryMB: { aggregator: 3_008 },
      grants: {
        splitter: [new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::companies/*'] })],
      },
    },
  },
  endpoints: { companies: 'https://companies-jobs.internal.example.com' },
});
