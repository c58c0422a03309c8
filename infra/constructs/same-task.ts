import { Lazy } from 'aws-cdk-lib';
import { CfnTaskDefinition, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import * as z from 'zod';
import { acknowledge } from '../acknowledged.ts';
import { checkSamePlace, refuse } from '../check.ts';
import type { FunctionOptions } from '../function-options.ts';
import { attachHere } from './attach-here.ts';
import type { LiveTarget } from './live-targets.ts';
import { logRight, newLog } from './node-function.ts';
import { checkSameAsLive, type Properties, pick } from './same-as-live.ts';
import { inOwnLog, logging } from './task-log.ts';

export interface SameTaskProps {
  /** The task that is defined once more. */
  readonly of: TaskDefinition;
  /** Which container takes requests, and where. Default: the task's default one, at its first port. */
  readonly target?: Pick<LiveTarget, 'container' | 'port'> | undefined;
  readonly options: FunctionOptions;
  /** Variables of the container that takes requests, on top of the other's, or in place of its variables and secrets of those names. */
  readonly environment: Readonly<Record<string, string>>;
}

/** @throws {InfraError} for a task that nothing can be copied of */
function madeHere(scope: Construct, of: TaskDefinition) {
  const task = of?.node?.defaultChild;
  if (!CfnTaskDefinition.isCfnTaskDefinition(task))
    return refuse(
      scope,
      'of',
      'a FargateTaskDefinition that this app makes: an imported one has no image that CloudFormation could copy',
      of,
    );
  if (!of.isFargateCompatible)
    refuse(scope, 'of', 'a task that may run on Fargate, as its clone does', `${of.node.path}, which may not`);
  checkSamePlace(scope, of, 'the task that is cloned');
  const { executionRole } = of;
  if (!executionRole)
    refuse(
      scope,
      'of',
      'a service whose task has an execution role (obtainExecutionRole()): it writes the log',
      'none',
    );
  return { task, executionRole };
}

/** @throws {InfraError} */
function defaultTarget(scope: Construct, { defaultContainer }: TaskDefinition) {
  if (!defaultContainer?.portMappings.length)
    return refuse(scope, 'of', 'a service whose default container has a port', 'none');
  return { container: defaultContainer.containerName, port: defaultContainer.containerPort };
}

const rendered = z.array(
  z.looseObject({
    name: z.string(),
    image: z.unknown(),
    environment: z.array(z.object({ name: z.string(), value: z.unknown() })).optional(),
    secrets: z.array(z.looseObject({ name: z.string() })).optional(),
    logConfiguration: logging.optional(),
  }),
);

/** What a copy has of the other, beside its containers. */
const COPIED = [
  ...['Cpu', 'EphemeralStorage', 'ExecutionRoleArn', 'Memory', 'NetworkMode', 'PidMode', 'ProxyConfiguration'],
  ...['RequiresCompatibilities', 'RuntimePlatform', 'TaskRoleArn', 'Volumes'],
];
const variables = z.array(z.looseObject({ Name: z.string() })).default([]);
const containers = z
  .array(z.looseObject({ Name: z.string(), Environment: variables, Secrets: variables, LogConfiguration: z.unknown() }))
  .default([]);

/** What must be equal in both: all but logs, and the variables that one container of the copy is given otherwise. */
function alike(properties: Properties, container: string, given: object) {
  return {
    ...pick(properties, COPIED),
    ContainerDefinitions: containers
      .parse(properties.ContainerDefinitions)
      .map(({ LogConfiguration: _, Environment, Secrets, ...rest }) => {
        const isTheOthers = ({ Name }: { readonly Name: string }) => rest.Name !== container || !(Name in given);
        return { ...rest, Environment: Environment.filter(isTheOthers), Secrets: Secrets.filter(isTheOthers) };
      }),
  };
}

/**
 * A second definition of a service's task: the same containers of the same images, roles, network, size and volumes, with a log of its own.
 * It is rendered last, so that it has what the other gets after this: a new image goes to both.
 */
export class SameTask extends Construct {
  readonly definition: CfnTaskDefinition;
  readonly logs: LogGroup;
  readonly container: string;
  readonly port: number;

  constructor(scope: Construct, id: string, { of, target, options, environment }: SameTaskProps) {
    super(scope, id);
    const { task, executionRole } = madeHere(this, of);
    const { container, port } = target ?? defaultTarget(this, of);
    this.container = container;
    this.port = port;
    const logs = newLog(this, 'Logs', options);
    this.logs = logs;
    const policy = attachHere(this, 'Rights', executionRole, [logRight(logs)]);
    const own = Object.entries(environment).map(([name, value]) => ({ name, value }));
    this.definition = new CfnTaskDefinition(this, 'Resource', {
      containerDefinitions: Lazy.uncachedAny({
        produce: ({ resolve }) =>
          rendered.parse(resolve(task.containerDefinitions)).map((each) => ({
            ...each,
            logConfiguration: inOwnLog(logs, each.name, each.logConfiguration),
            ...(each.name === container && {
              environment: [...(each.environment ?? []).filter(({ name }) => !(name in environment)), ...own],
              // ECS takes no name twice.
              secrets: each.secrets?.filter(({ name }) => !(name in environment)),
            }),
          })),
      }),
    });
    copyInto(this.definition, task);
    this.definition.node.addDependency(policy);
    checkSameAsLive(this, {
      live: task,
      made: this.definition,
      alike: (properties) => alike(properties, container, environment),
    });
    acknowledge(this.definition, 'AwsSolutions-ECS2', 'Its variables are those of the service which it is a copy of.');
  }
}

function copyInto(made: CfnTaskDefinition, task: CfnTaskDefinition): void {
  made.cpu = task.cpu;
  made.ephemeralStorage = task.ephemeralStorage;
  made.executionRoleArn = task.executionRoleArn;
  made.memory = task.memory;
  made.networkMode = task.networkMode;
  made.pidMode = task.pidMode;
  made.proxyConfiguration = task.proxyConfiguration;
  made.requiresCompatibilities = task.requiresCompatibilities;
  made.runtimePlatform = task.runtimePlatform;
  made.taskRoleArn = task.taskRoleArn;
  made.volumes = task.volumes;
}
