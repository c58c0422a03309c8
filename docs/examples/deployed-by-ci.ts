import { App, Stack } from 'aws-cdk-lib';
import { OidcProviderNative, OpenIdConnectPrincipal, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Microprocess } from 'microprocess/cdk';

const QUALIFIER = 'jobs';
const env = { account: '123456789012', region: 'eu-west-1' };
const app = new App({
  context: {
    // As in: npx cdk bootstrap --qualifier jobs --toolkit-stack-name CDKToolkit-jobs --custom-permissions-boundary developers
    '@aws-cdk/core:bootstrapQualifier': QUALIFIER,
    // Of every role of every stack, also of the CDK's own functions.
    '@aws-cdk/core:permissionsBoundary': { name: 'developers' },
  },
});

export const jobs = new Microprocess(app, 'jobs-prod', { stage: 'prod', env });

/** Deployed once, by a person. An account has one provider of an address: import it where it is there. */
export const ci = new Stack(app, 'jobs-ci', { env });
const github = new OidcProviderNative(ci, 'GitHub', {
  url: 'https://token.actions.githubusercontent.com',
  clientIds: ['sts.amazonaws.com'],
});
const deploys = new Role(ci, 'Deploys', {
  roleName: 'jobs-deploys',
  assumedBy: new OpenIdConnectPrincipal(github, {
    StringEquals: {
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      'token.actions.githubusercontent.com:sub': 'repo:your-company/jobs:ref:refs/heads/main',
    },
  }),
});
// The roles of the bootstrap stack do the rest: this one needs no other right.
deploys.addToPolicy(
  new PolicyStatement({
    actions: ['sts:AssumeRole'],
    resources: [`arn:aws:iam::${env.account}:role/cdk-${QUALIFIER}-*-role-${env.account}-${env.region}`],
  }),
);
