import { Construct } from 'constructs';
import type { System } from '../../shared/lambda/declaration.ts';
import { environmentOf } from '../../shared/lambda/resources.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import type { StageSettings } from '../settings.ts';
import { crashAlarm } from './crash-alarm.ts';
import { addRoute } from './function-url.ts';
import { grantUses } from './grants.ts';
import { NodeFunction } from './node-function.ts';
import type { Platform } from './platform.ts';

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
        environment: environmentOf(uses, platform.resources),
      });
      grantUses(fn, uses, platform);
      if (route) addRoute(fn, route);
      crashAlarm(this, { name, fn, of: 'the platform', purpose, topic: platform.alarms });
    }
  }
}
