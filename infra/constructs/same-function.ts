import { Annotations, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import type { IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnFunction, type IFunction, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import * as z from 'zod';
import { acknowledge } from '../acknowledged.ts';
import { checkSamePlace, refuse } from '../check.ts';
import { InfraError } from '../errors.ts';
import type { FunctionOptions } from '../function-options.ts';
import { attachHere } from './attach-here.ts';
import { logRight, newLog } from './node-function.ts';
import { checkSameAsLive, type Properties, pick } from './same-as-live.ts';
import { isPinnedImage } from './task-image.ts';

export interface SameFunctionProps {
  /** The function that is deployed once more. */
  readonly of: LambdaFunction;
  readonly description: string;
  readonly options: FunctionOptions;
  /** On top of the other's. */
  readonly environment: Readonly<Record<string, string>>;
  /** The other's where absent. */
  readonly timeoutSeconds?: number | undefined;
  readonly memoryMB?: number | undefined;
  readonly reservedConcurrency?: number | undefined;
  /** What it and the other may do. */
  readonly grants: readonly PolicyStatement[];
}

/** Lambda's own. */
const DEFAULT_SECONDS = 3;

/** What else of Lambda's may be given, and what to do instead. */
const NO_FUNCTIONS = new Map([
  ['AWS::Lambda::Alias', 'an alias: give the function that it is an alias of'],
  ['AWS::Lambda::Version', 'a version: give the function that it is a version of'],
  ['AWS::Lambda::WebFunction', 'a WebFunction: its clone is made by QueueDedicatedClone.ofWebFunction'],
]);

/** @throws {InfraError} for an imported function, and for what is none */
function madeHere(scope: Construct, of: LambdaFunction): { readonly source: CfnFunction; readonly role: IRole } {
  const source = of?.node?.defaultChild;
  if (CfnFunction.isCfnFunction(source) && of.role) {
    checkSamePlace(scope, of, 'the function that is cloned');
    return { source, role: of.role };
  }
  const kinds = CfnResource.isCfnResource(source) ? [source] : (of?.node?.children ?? []);
  for (const each of kinds) {
    const kind = CfnResource.isCfnResource(each) && NO_FUNCTIONS.get(each.cfnResourceType);
    if (kind) throw new InfraError(`${scope.node.path}: of must be a Function, and ${of.node.path} is ${kind}.`);
  }
  return refuse(
    scope,
    'of',
    'a Function that this app makes: an imported one has no code that CloudFormation could copy',
    of,
  );
}

/** What a copy has of the other, whatever it's given itself. */
const COPIED = [
  ...[
    'Architectures',
    'Code',
    'CodeSigningConfigArn',
    'EphemeralStorage',
    'FileSystemConfigs',
    'Handler',
    'ImageConfig',
  ],
  ...['KmsKeyArn', 'Layers', 'PackageType', 'Role', 'Runtime', 'RuntimeManagementConfig', 'TracingConfig', 'VpcConfig'],
];
const withVariables = z.object({ Variables: z.record(z.string(), z.unknown()).default({}) }).default({ Variables: {} });

/** What must be equal in both, of that which the copy isn't given otherwise. */
function alike(properties: Properties, given: Pick<SameFunctionProps, 'environment' | 'memoryMB' | 'timeoutSeconds'>) {
  const { Variables } = withVariables.parse(properties.Environment);
  return {
    ...pick(properties, COPIED),
    Environment: Object.fromEntries(Object.entries(Variables).filter(([name]) => !(name in given.environment))),
    ...(given.memoryMB === undefined && pick(properties, ['MemorySize'])),
    ...(given.timeoutSeconds === undefined && { Timeout: properties.Timeout ?? DEFAULT_SECONDS }),
  };
}

const imageOf = z.object({ imageUri: z.unknown().optional() });
const rendered = z.object({ variables: z.record(z.string(), z.unknown()).optional() }).optional();

/**
 * A second deployment of a function: the same code or image, role, network, layers and variables, under another name, with a log and a
 * concurrency of its own. The role is the same because the service is the same: what the one is granted later, the other has too.
 */
export class SameFunction extends Construct {
  readonly function: IFunction;
  readonly logs: LogGroup;
  /** Undefined where only the deployment knows it. */
  readonly timeoutSeconds: number | undefined;
  readonly memoryMB: number;

  constructor(scope: Construct, id: string, { of, options, environment, grants, ...props }: SameFunctionProps) {
    super(scope, id);
    const { source, role } = madeHere(this, of);
    const logs = newLog(this, 'Logs', options);
    this.logs = logs;
    const policy = attachHere(this, 'Rights', role, [logRight(logs), ...grants]);
    const made = new CfnFunction(this, 'Resource', {
      code: source.code,
      role: source.role,
      description: props.description,
      // Rendered last, so that it has the variables that the other gets after this.
      environment: Lazy.uncachedAny({
        produce({ resolve }) {
          const { variables } = rendered.parse(resolve(source.environment)) ?? {};
          return { variables: { ...variables, ...environment } };
        },
      }),
      loggingConfig: { logGroup: logs.logGroupName, logFormat: 'JSON', systemLogLevel: 'WARN' },
      timeout: props.timeoutSeconds ?? source.timeout ?? DEFAULT_SECONDS,
    });
    made.architectures = source.architectures;
    made.codeSigningConfigArn = source.codeSigningConfigArn;
    made.ephemeralStorage = source.ephemeralStorage;
    made.fileSystemConfigs = source.fileSystemConfigs;
    made.handler = source.handler;
    made.imageConfig = source.imageConfig;
    made.kmsKeyArn = source.kmsKeyArn;
    made.layers = source.layers;
    made.memorySize = props.memoryMB ?? source.memorySize;
    made.packageType = source.packageType;
    made.reservedConcurrentExecutions = props.reservedConcurrency;
    made.runtime = source.runtime;
    made.runtimeManagementConfig = source.runtimeManagementConfig;
    made.tracingConfig = source.tracingConfig;
    made.vpcConfig = source.vpcConfig;
    made.node.addDependency(role, policy);
    const image = imageOf.parse(Stack.of(source).resolve(source.code));
    if (image.imageUri !== undefined && !isPinnedImage(image.imageUri))
      Annotations.of(this).addWarningV2(
        'microprocess:image',
        `The image of ${of.node.path} is named by a tag: function and clone may run different ones. Name it by its digest, or build it by DockerImageCode.fromImageAsset.`,
      );
    checkSameAsLive(this, {
      live: source,
      made,
      alike: (properties) => alike(properties, { environment, ...props }),
    });
    this.timeoutSeconds = made.timeout;
    // Lambda's own default is the least.
    this.memoryMB = made.memorySize ?? 128;
    acknowledge(made, 'AwsSolutions-L1', 'Its runtime is that of the service which it is a copy of.');
    this.function = LambdaFunction.fromFunctionAttributes(this, 'Function', {
      functionArn: made.attrArn,
      role,
      architecture: of.architecture,
      sameEnvironment: true,
    });
  }
}
