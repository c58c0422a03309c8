import {
  CfnTaskDefinition,
  type ContainerImage,
  FargateTaskDefinition,
  type FargateTaskDefinitionProps,
  LogDriver,
} from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledged.ts';
import type { FunctionOptions } from '../function-options.ts';
import { newLog } from './node-function.ts';

export interface ImageTaskProps {
  readonly image: ContainerImage;
  /** Where its container takes requests. */
  readonly port: number;
  /** Size, role and all else that a task may have. */
  readonly task: FargateTaskDefinitionProps;
  readonly options: FunctionOptions;
  readonly environment: Readonly<Record<string, string>>;
}

/** A task of one container, of an image whose live service is not in this app. */
export class ImageTask extends Construct {
  readonly definition: CfnTaskDefinition;
  readonly logs: LogGroup;
  readonly container = 'service';
  readonly port: number;

  constructor(scope: Construct, id: string, { image, port, task, options, environment }: ImageTaskProps) {
    super(scope, id);
    this.port = port;
    this.logs = newLog(this, 'Logs', options);
    const made = new FargateTaskDefinition(this, 'Definition', task);
    made.addContainer(this.container, {
      image,
      environment: { ...environment },
      portMappings: [{ containerPort: port }],
      logging: LogDriver.awsLogs({ streamPrefix: this.container, logGroup: this.logs }),
    });
    const resource = made.node.defaultChild;
    if (!CfnTaskDefinition.isCfnTaskDefinition(resource)) throw new Error(`${made.node.path} has no resource.`);
    this.definition = resource;
    acknowledge(
      made.obtainExecutionRole(),
      'AwsSolutions-IAM5[Resource::*]',
      'A token of ECR is of the whole registry.',
    );
    acknowledge(resource, 'AwsSolutions-ECS2', 'Its variables are those that its team gives it.');
  }
}
