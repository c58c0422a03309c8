import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { QUEUES } from '../../shared/domain/queues.ts';
import { ANY_PIPELINE, environmentOf, type Resources } from '../../shared/lambda/resources.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import { crashAlarm } from './crash-alarm.ts';
import { addRoute } from './function-url.ts';
import { grantQueues, grantUses } from './grants.ts';
import { NodeFunction } from './node-function.ts';
import type { PlatformParts } from './platform-parts.ts';
import { queueName } from './worker-queues.ts';

/** The functions that a stage has once, beside those of its pipelines. */
export class PlatformFunctions extends Construct {
  constructor(scope: Construct, id: string, platform: PlatformParts) {
    super(scope, id);
    const { engine, options, stage } = platform;
    for (const [name, declared] of Object.entries(engine.system.functions)) {
      if (declared.scope !== 'platform') continue;
      const { uses, purpose, timeoutSeconds, memoryMB, route } = declared;
      const fn = new NodeFunction(this, pascalCase(name), {
        options,
        description: purpose,
        entry: engine.functionEntry(name),
        timeoutSeconds,
        memoryMB,
        environment: environmentOf(uses, { ...platform.resources, ...queueUrls(this, stage) }),
      });
      grantUses(fn, uses, platform);
      grantQueues(fn, uses, stage);
      if (route) addRoute(fn, route);
      crashAlarm(this, { name, fn, purpose, platform });
    }
  }
}

/** By name and not by reference: pipelines' stacks may refer to these functions, and CloudFormation takes no circle. */
function queueUrls(scope: Construct, stage: string): Resources {
  const { region, account, urlSuffix } = Stack.of(scope);
  const url = (name: string) => `https://sqs.${region}.${urlSuffix}/${account}/${name}`;
  return Object.fromEntries(QUEUES.map((queue) => [queue, url(queueName(stage, ANY_PIPELINE, queue))]));
}
