import type { Stack } from 'aws-cdk-lib';
import {
  CfnService,
  CfnTaskDefinition,
  ContainerImage,
  DeploymentControllerType,
  FargateService,
  FargateTaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { CfnFunction, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll, expect, test } from 'vitest';
import { QueueDedicatedClone } from '../../../infra/index.ts';
import { removeSynths, SYNTH_MS } from '../synth.ts';
import { said } from '../their-app.ts';
import { IMAGE, liveServices } from './clones.ts';

afterAll(removeSynths);

function live(stack: Stack, id: string) {
  const of = new LambdaFunction(stack, id, {
    code: Code.fromInline('exports.handler = async () => ({ score: 1 });'),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  const { defaultChild } = of.node;
  if (!CfnFunction.isCfnFunction(defaultChild)) throw new Error(`${id} has no resource.`);
  return { of, resource: defaultChild };
}

test('a live one that was changed past its construct, so that the clone would be of something else, is refused', {
  timeout: SYNTH_MS,
}, () => {
  const { app, stack, platform, cluster, task, service } = liveServices();
  const [before, late, more, kept] = ['Before', 'Late', 'More', 'Kept'].map((id) => live(stack, id));
  before?.resource.addPropertyOverride('Code.ZipFile', 'exports.handler = async () => ({ score: 2 });');
  for (const each of [before, late, more])
    if (each) new QueueDedicatedClone(stack, `Of${each.of.node.id}`, { platform, of: each.of });
  // What the clone is given otherwise is no difference, and neither is what the function is given later by its construct.
  if (kept) {
    const environment = { LEVEL: 'WARN' };
    new QueueDedicatedClone(stack, 'OfKept', { platform, of: kept.of, memoryMB: 512, timeoutSeconds: 9, environment });
  }
  if (late) late.resource.code = { zipFile: 'exports.handler = async () => ({ score: 3 });' };
  for (const each of [more, kept]) {
    each?.resource.addPropertyOverride('MemorySize', 1_024);
    each?.of.addEnvironment('LEVEL', 'INFO');
    each?.of.addEnvironment('TABLE', 'companies');
  }
  const bounds = { platform, cluster, maxTasks: 5, requestsPerTaskMinute: 600 };
  QueueDedicatedClone.ofTask(stack, 'OfTask', { ...bounds, of: task });
  const { defaultChild } = task.node;
  if (!CfnTaskDefinition.isCfnTaskDefinition(defaultChild)) throw new Error('The task has no resource.');
  defaultChild.addPropertyOverride('ContainerDefinitions.0.Image', IMAGE.replace('scores', 'others'));
  const { cluster: _, ...sized } = bounds;
  QueueDedicatedClone.ofService(stack, 'OfService', { ...sized, of: service });
  if (CfnService.isCfnService(service.node.defaultChild)) service.node.defaultChild.taskDefinition = 'others:7';
  // CodeDeploy's services name their task by its family: that is no other task.
  const switched = new FargateService(stack, 'Switched', {
    cluster,
    taskDefinition: new FargateTaskDefinition(stack, 'Other'),
    deploymentController: { type: DeploymentControllerType.CODE_DEPLOY },
  });
  switched.taskDefinition.addContainer('web', {
    image: ContainerImage.fromRegistry(IMAGE),
    portMappings: [{ containerPort: 80 }],
  });
  switched.taskDefinition.obtainExecutionRole();
  QueueDedicatedClone.ofService(stack, 'OfSwitched', { ...sized, of: switched });
  const errors = said(() => app.synth());
  expect(errors).toContain('another Code than Shop/Before/Resource');
  expect(errors).toContain('another Code than Shop/Late/Resource');
  expect(errors).toContain('another MemorySize than Shop/More/Resource');
  expect(errors).toContain('another ContainerDefinitions than Shop/Task/Resource');
  expect(errors).toContain('another task than Shop/Service/Service');
  expect(errors).not.toContain('OfKept');
  expect(errors).not.toContain('Switched');
});
