import { isDeepStrictEqual } from 'node:util';
import { Stack } from 'aws-cdk-lib';
import { CfnService, type CfnTaskDefinition, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { checkSamePlace, refuse } from '../check.ts';
import type { FunctionOptions } from '../function-options.ts';
import { ownPlace, type Place, placeOf } from './clone-place.ts';
import { CHECKS, type FargateCloneProps, type ImageCloneProps, type TaskCloneProps } from './fargate-clone-props.ts';
import { ImageTask } from './image-task.ts';
import { type LiveTarget, liveTargetOf } from './live-targets.ts';
import { propertiesOf } from './same-as-live.ts';
import { SameTask } from './same-task.ts';

/** What a clone's tasks are, and where they run. */
export interface Source {
  readonly task: {
    readonly definition: CfnTaskDefinition;
    readonly logs: LogGroup;
    readonly container: string;
    readonly port: number;
  };
  readonly place: Place;
  /** The live service, where this app makes it. */
  readonly live?: { readonly service: CfnService; readonly target: LiveTarget | undefined };
}

/** Makes a clone's tasks, once its properties are checked. @throws {InfraError} */
export type Prepare = (clone: Construct) => (options: FunctionOptions) => Source;

/** Of a live service: its task once more, where its tasks run. */
export function fromService(props: FargateCloneProps): Prepare {
  return (clone) => {
    CHECKS.service(clone, props);
    const { of, environment = {} } = props;
    return (options) => {
      const service = of?.node?.defaultChild;
      if (!CfnService.isCfnService(service))
        return refuse(
          clone,
          'of',
          'a FargateService that this app makes: an imported one has no task that CloudFormation could copy. Where its task or image is known, there are ofTask and ofImage',
          of,
        );
      if (['EC2', 'EXTERNAL'].includes(service.launchType ?? '') || 'addPlacementStrategies' in of)
        refuse(clone, 'of', 'a FargateService, as its clone runs on Fargate', `${of.node.path}, which doesn’t`);
      checkSamePlace(clone, of, 'the service that is cloned');
      checkRuns(clone, service, of.taskDefinition);
      const target = liveTargetOf(service);
      const task = new SameTask(clone, 'Task', { of: of.taskDefinition, target, options, environment });
      return { task, place: placeOf(of, service, task.logs), live: { service, target } };
    };
  };
}

/** Refuses at synthesis a service that was pointed past its construct at another task: the clone would not be of what is live. */
function checkRuns(clone: Construct, service: CfnService, { taskDefinitionArn, family }: TaskDefinition): void {
  clone.node.addValidation({
    validate: () => {
      const { TaskDefinition: runs } = propertiesOf(service);
      // By its family alone where CodeDeploy deploys it, and not at all where something outside does.
      const own: unknown[] = [...Stack.of(service).resolve([taskDefinitionArn, family]), undefined];
      return own.some((each) => isDeepStrictEqual(each, runs))
        ? []
        : [
            `The clone would have another task than ${service.node.path}, whose TaskDefinition was changed by an override. Give the service the task that it runs where it is made.`,
          ];
    },
  });
}

/** Of a live service's task alone: once more, in a place of the clone's own. */
export function fromTask(props: TaskCloneProps): Prepare {
  return (clone) => {
    CHECKS.task(clone, props);
    const { of, environment = {} } = props;
    return (options) => ({
      task: new SameTask(clone, 'Task', { of, options, environment }),
      place: ownPlace(clone, props),
    });
  };
}

/** Of a live service's image alone. */
export function fromImage(props: ImageCloneProps): Prepare {
  return (clone) => {
    CHECKS.image(clone, props);
    const { image, port, task = {}, environment = {} } = props;
    return (options) => ({
      task: new ImageTask(clone, 'Task', { image, port, task, options, environment }),
      place: ownPlace(clone, props),
    });
  };
}
