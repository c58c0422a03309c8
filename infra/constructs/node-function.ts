import { CfnResource, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledged.ts';
import { bundledCode } from '../bundling.ts';
import { type FunctionOptions, KEPT } from '../function-options.ts';

/** What every function of the app says about itself. */
export interface NodeFunctionProps {
  readonly options: FunctionOptions;
  readonly description: string;
  /** Absolute path of the module that exports `handler`. */
  readonly entry: string;
  /** What the import `#pipeline` means in this bundle; of a list, what `#pipelines` means. */
  readonly pipelineEntry?: string | readonly string[];
  /** Paths beside the pipeline that its source reads, where this is the function that does. */
  readonly reads?: readonly string[];
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  readonly environment?: Record<string, string>;
  /** It sends to the queue that invokes it: Lambda would cut such a chain after 16 hops. */
  readonly sendsAgain?: boolean;
  readonly reservedConcurrency?: number | undefined;
  /** Lambda writes no lines of its own about invocations that went well: two each, of half a kilobyte. */
  readonly isQuiet?: boolean;
}

/** A bundled Node function with a role of its own that may write its own log, and nothing else until it is granted. */
export class NodeFunction extends LambdaFunction {
  /** Kept as long as the stage says. */
  readonly logs: LogGroup;
  /** Nobody else's role, so that a grant to one function is no other's. */
  readonly ownRole: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    const { options } = props;
    const logs = newLog(scope, `${id}Logs`, options);
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(logRight(logs));
    if (options.vpc) allowNetwork(role);
    super(scope, id, {
      description: props.description,
      code: bundledCode(props.entry, props.pipelineEntry, props.reads),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      // A fifth cheaper for the same second, and every dependency is JavaScript or WebAssembly.
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMB,
      recursiveLoop: props.sendsAgain ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
      ...(props.reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: props.reservedConcurrency }),
      environment: { NODE_OPTIONS: '--enable-source-maps', ...options.environment, ...props.environment },
      role,
      logGroup: logs,
      loggingFormat: LoggingFormat.JSON,
      ...(props.isQuiet && { systemLogLevelV2: SystemLogLevel.WARN }),
      ...(options.vpc && { vpc: options.vpc }),
      ...(options.vpcSubnets && { vpcSubnets: options.vpcSubnets }),
      ...(options.securityGroups && { securityGroups: [...options.securityGroups] }),
    });
    this.logs = logs;
    this.ownRole = role;
    // The first invocation may come before the role's policies are attached, so they come first.
    const policy = role.node.tryFindChild('DefaultPolicy')?.node.defaultChild;
    if (policy && CfnResource.isCfnResource(policy)) this.node.addDependency(policy);
  }
}

/** The managed AWSLambdaBasicExecutionRole may write any log of the account. */
export function logRight({ logGroupArn }: LogGroup): PolicyStatement {
  return new PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroupArn] });
}

/** A function's log, kept as its options say. */
export function newLog(scope: Construct, id: string, { logRetention, removalPolicy }: FunctionOptions): LogGroup {
  return new LogGroup(scope, id, {
    retention: logRetention ?? RetentionDays.THREE_MONTHS,
    removalPolicy: removalPolicy ?? KEPT,
  });
}

const NETWORK = [
  'CreateNetworkInterface',
  'DescribeNetworkInterfaces',
  'DescribeSubnets',
  'DeleteNetworkInterface',
  'AssignPrivateIpAddresses',
  'UnassignPrivateIpAddresses',
];

/** What Lambda does in a function's name to join a network. The managed policy for it may also write any log. */
function allowNetwork(role: Role): void {
  role.addToPolicy(
    new PolicyStatement({ sid: 'Network', actions: NETWORK.map((action) => `ec2:${action}`), resources: ['*'] }),
  );
  acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'Interfaces have no name before Lambda makes them.');
}
