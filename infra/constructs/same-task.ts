import { Lazy, Stack } from 'aws-cdk-lib';
import { CfnService, CfnTaskDefinition, type FargateService } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import * as z from 'zod';
import { acknowledge } from '../acknowledged.ts';
import { checkSamePlace, refuse } from '../check.ts';
import type { FunctionOptions } from '../function-options.ts';
import { attachHere } from './attach-here.ts';
import { logRight, newLog } from './node-function.ts';

export interface SameTaskProps {
  /** The service whose task is defined once more. */
  readonly of: FargateService;
  readonly options: FunctionOptions;
  /** Variables of the container that takes requests, on top of the other's. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What the app says of a live service, and of the container that takes its requests. */
interface Live {
  readonly service: CfnService;
  readonly task: CfnTaskDefinition;
  readonly executionRole: IRole;
  readonly container: string;
  readonly port: number;
}

/** @throws {InfraError} for an imported service, and for one that has nothing which could be copied */
function madeHere(scope: Construct, of: FargateService): Live {
  const service = of.node?.defaultChild;
  const task = of.taskDefinition?.node.defaultChild;
  if (!CfnService.isCfnService(service) || !CfnTaskDefinition.isCfnTaskDefinition(task))
    refuse(
      scope,
      'of',
      'a FargateService that this app makes: an imported one, or its task, has no image that CloudFormation could copy',
      of,
    );
  checkSamePlace(scope, of, 'the service that is cloned');
  const { executionRole, defaultContainer } = of.taskDefinition;
  if (!executionRole)
    refuse(
      scope,
      'of',
      'a service whose task has an execution role (obtainExecutionRole()): it writes the log',
      'none',
    );
  if (!defaultContainer?.portMappings.length)
    refuse(scope, 'of', 'a service whose default container has a port', 'none');
  return {
    service,
    task,
    executionRole,
    container: defaultContainer.containerName,
    port: defaultContainer.containerPort,
  };
}

const logging = z.looseObject({ logDriver: z.string(), options: z.record(z.string(), z.unknown()).optional() });
const rendered = z.array(
  z.looseObject({
    name: z.string(),
    image: z.unknown(),
    environment: z.array(z.object({ name: z.string(), value: z.unknown() })).optional(),
    logConfiguration: logging.optional(),
  }),
);

/** By digest, or by the hash that is the tag of an image which the CDK builds. Nothing else is sure to be the same image tomorrow. */
const PINNED = /@sha256:[0-9a-f]{64}|:[0-9a-f]{64}/;

/**
 * A second definition of a service's task: the same containers of the same images, roles, network, size and volumes, with a log of its own.
 * It is rendered last, so that it has what the other gets after this: a new image goes to both.
 */
export class SameTask extends Construct {
  readonly definition: CfnTaskDefinition;
  /** The resource of the live service. */
  readonly live: CfnService;
  readonly logs: LogGroup;
  readonly container: string;
  readonly port: number;

  constructor(scope: Construct, id: string, { of, options, environment }: SameTaskProps) {
    super(scope, id);
    const { service, task, executionRole, container, port } = madeHere(this, of);
    this.live = service;
    this.container = container;
    this.port = port;
    const logs = newLog(this, 'Logs', options);
    this.logs = logs;
    const policy = attachHere(this, 'Rights', executionRole, [logRight(logs)]);
    const { region } = Stack.of(this);
    const ownLog = (name: string, given: z.output<typeof logging> | undefined) =>
      given && given.logDriver !== 'awslogs'
        ? given
        : {
            ...given,
            logDriver: 'awslogs',
            options: {
              'awslogs-stream-prefix': name,
              ...given?.options,
              'awslogs-group': logs.logGroupName,
              'awslogs-region': region,
            },
          };
    const own = Object.entries(environment).map(([name, value]) => ({ name, value }));
    this.definition = new CfnTaskDefinition(this, 'Resource', {
      containerDefinitions: Lazy.uncachedAny({
        produce: ({ resolve }) =>
          rendered.parse(resolve(task.containerDefinitions)).map((each) => ({
            ...each,
            logConfiguration: ownLog(each.name, each.logConfiguration),
            ...(each.name === container && {
              environment: [...(each.environment ?? []).filter(({ name }) => !(name in environment)), ...own],
            }),
          })),
      }),
    });
    copyInto(this.definition, task);
    this.definition.node.addDependency(policy);
    acknowledge(this.definition, 'AwsSolutions-ECS2', 'Its variables are those of the service which it is a copy of.');
  }

  /** Whether every container's image is pinned, so that both services run the same one whenever they start. */
  isPinned(): boolean {
    const containers = rendered.parse(Stack.of(this).resolve(this.definition.containerDefinitions));
    return containers.every(({ image }) => PINNED.test(JSON.stringify(image)));
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
