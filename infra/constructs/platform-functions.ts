import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { QUEUES } from '../../shared/domain/queues.ts';
import type { System } from '../../shared/lambda/declaration.ts';
import { ANY_PIPELINE, environmentOf, type Resources } from '../../shared/lambda/resources.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import type { StageSettings } from '../settings.ts';
import { crashAlarm } from './crash-alarm.ts';
import { addRoute } from './function-url.ts';
import { grantQueues, grantUses } from './grants.ts';
import { NodeFunction } from './node-function.ts';
import type { Platform } from './platform.ts';
import { queueName } from './queue-worker.ts';

export interface PlatformFunctionsProps {
  readonly settings: StageSettings;
  readonly system: System;
  /** Absolute path of a function's module. */
  readonly functionEntry: (name: string) => string;
  readonly platform: Platform;
}

/** The functions that a stage has once, beside those of its pipelines. */
export class PlatformFunctions extends Construct {
  constructor(scope: Construct, id: string, { settings, system, functionEntry, platform }: PlatformFunctionsProps) {
    super(scope, id);
    for (const [name, declared] of Object.entries(system.functions)) {
      if (declared.scope !== 'platform') continue;
      const { uses, purpose, timeoutSeconds, memoryMB, route } = declared;
      const fn = new NodeFunction(this, pascalCase(name), {
        settings,
        description: purpose,
        entry: functionEntry(name),
        timeoutSeconds,
        memoryMB,
        environment: environmentOf(uses, { ...platform.resources, ...queueUrls(this, settings.stage) }),
      });
      grantUses(fn, uses, platform);
      grantQueues(fn, uses, settings.stage);
      if (route) addRoute(fn, route);
      crashAlarm(this, { name, fn, of: 'the platform', purpose, topic: platform.alarms });
    }
  }
}

/** By name and not by reference: pipelines' stacks may refer to these functions, and CloudFormation takes no circle. */
function queueUrls(scope: Construct, stage: string): Resources {
  const { region, account, urlSuffix } = Stack.of(scope);
  const url = (name: string) => `https://sqs.${region}.${urlSuffix}/${account}/${name}`;
  return Object.fromEntries(QUEUES.map((queue) => [queue, url(queueName(stage, ANY_PIPELINE, queue))]));
}
