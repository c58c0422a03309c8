import { App, Stack } from 'aws-cdk-lib';
import { GatewayVpcEndpointAwsService, InterfaceVpcEndpointAwsService, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Microprocess } from 'microprocess/cdk';

const app = new App();
const env = { account: '123456789012', region: 'eu-west-1' };

export const network = new Stack(app, 'Network', { env });
const vpc = Vpc.fromLookup(network, 'Vpc', { vpcName: 'without-nat' });
vpc.addGatewayEndpoint('DynamoDB', { service: GatewayVpcEndpointAwsService.DYNAMODB });
vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
vpc.addInterfaceEndpoint('SQS', { service: InterfaceVpcEndpointAwsService.SQS });
vpc.addInterfaceEndpoint('EventBridge', { service: InterfaceVpcEndpointAwsService.EVENTBRIDGE });
// Where an endpoint or a source has a secret, or a definition has `callback`.
vpc.addInterfaceEndpoint('SecretsManager', { service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER });
// Where reports are mailed: by the API, which isn't EMAIL_SMTP.
vpc.addInterfaceEndpoint('SES', { service: InterfaceVpcEndpointAwsService.EMAIL });

export const jobs = new Microprocess(app, 'jobs-prod', {
  stage: 'prod',
  env,
  mail: { from: 'reports@your-company.com', identity: 'your-company.com' },
  vpc,
  // An address within the network: function URLs, and so the clones of folders, would need NAT.
  endpoints: { companies: 'https://companies-jobs.internal.example.com' },
});
