import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { type IManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { refuse } from './check.ts';
import {
  checkEnvironment,
  checkTags,
  having,
  listOf,
  object,
  type PropertyRules,
  REMOVAL,
  RETENTION,
} from './properties.ts';

/** How functions are deployed. What a platform says holds for its pipelines and clones too, where they don't say otherwise. */
export interface FunctionOptions {
  /** Functions run in this network. They reach DynamoDB, S3, SQS, SES, EventBridge and the clone through it. Default: in none. */
  readonly vpc?: IVpc;
  /** Default: the network's private subnets. */
  readonly vpcSubnets?: SubnetSelection;
  /** Default: one for each function, which lets everything out and nothing in. */
  readonly securityGroups?: readonly ISecurityGroup[];
  /** Variables beside the engine's own; a pipeline's come on top of its platform's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How long logs are kept. Default: three months. */
  readonly logRetention?: RetentionDays;
  /** What becomes of logs, and of a platform's table, bucket and key of callbacks, when they leave the stack. Default: they are kept, unless their first deployment fails. */
  readonly removalPolicy?: RemovalPolicy;
  /** The most that any role may do. */
  readonly permissionsBoundary?: IManagedPolicy;
  /** Of all that can have tags; a pipeline's come on top of its platform's. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * What is kept by default. A first deployment that fails takes it back: kept, it would stand in the way of the next one, and nobody would
 * know whose it is.
 */
export const KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/** Of {@link FunctionOptions}. */
export const OPTION_RULES: PropertyRules<FunctionOptions> = {
  vpc: having('a Vpc', 'vpcId', 'selectSubnets'),
  vpcSubnets: object,
  securityGroups: listOf(having('a SecurityGroup', 'securityGroupId', 'connections')),
  environment: object,
  logRetention: RETENTION,
  removalPolicy: REMOVAL,
  permissionsBoundary: having('a ManagedPolicy, such as ManagedPolicy.fromManagedPolicyName gives', 'managedPolicyArn'),
  tags: object,
};

/**
 * A construct's own options over those that it inherits. Network, subnets and groups go together: they belong to one network.
 * Their kinds are checked by {@link OPTION_RULES} before.
 * @throws {InfraError} for a value that can't be deployed
 */
export function optionsOf(scope: IConstruct, own: FunctionOptions, inherited: FunctionOptions = {}): FunctionOptions {
  const network = own.vpc ? own : inherited;
  if (!own.vpc && (own.vpcSubnets || own.securityGroups))
    refuse(scope, own.vpcSubnets ? 'vpcSubnets' : 'securityGroups', 'given together with vpc', 'no vpc');
  checkEnvironment(scope, own.environment);
  checkTags(scope, own.tags);
  const logRetention = own.logRetention ?? inherited.logRetention;
  const removalPolicy = own.removalPolicy ?? inherited.removalPolicy;
  const permissionsBoundary = own.permissionsBoundary ?? inherited.permissionsBoundary;
  return {
    ...(network.vpc && { vpc: network.vpc }),
    ...(network.vpcSubnets && { vpcSubnets: network.vpcSubnets }),
    ...(network.securityGroups && { securityGroups: network.securityGroups }),
    ...(logRetention !== undefined && { logRetention }),
    ...(removalPolicy !== undefined && { removalPolicy }),
    ...(permissionsBoundary && { permissionsBoundary }),
    environment: { ...inherited.environment, ...own.environment },
    tags: { ...inherited.tags, ...own.tags },
  };
}

/** Gives all that stands in a construct its tags, and its roles their boundary. */
export function govern(scope: IConstruct, { tags = {}, permissionsBoundary }: FunctionOptions): void {
  for (const [name, value] of Object.entries(tags)) Tags.of(scope).add(name, value);
  if (permissionsBoundary) PermissionsBoundary.of(scope).apply(permissionsBoundary);
}
