import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { timeZoneProblem } from '../../shared/author/time-zone.ts';
import { CronError } from '../../shared/domain/errors.ts';
import { type Rule, wholeNumber } from '../check.ts';
import { awsCron } from '../cron.ts';
import { InfraError } from '../errors.ts';
import { checkProperties, type PropertyRules } from '../properties.ts';

/** From a time on, at least so many tasks. */
export interface ScheduledMinimum {
  /** When: five fields, as a definition's `schedule`. */
  readonly cron: string;
  /** Default: UTC. */
  readonly timeZone?: string;
  readonly tasks: number;
}

const CRON: Rule<unknown> = {
  allowed: 'five fields, minute hour day-of-month month day-of-week, e.g. "50 1 1 * *"',
  holds: (value) => typeof value === 'string',
};
const TIME_ZONE: Rule<unknown> = {
  allowed: 'a name of the IANA time zone database, such as Europe/Berlin, Asia/Kolkata or UTC',
  holds: (value) => typeof value === 'string' && timeZoneProblem(value) === null,
};

/** @throws {InfraError} */
export function checkScheduledMinimum(
  scope: Construct,
  scheduled: readonly ScheduledMinimum[],
  maxTasks: number,
): void {
  const most = Token.isUnresolved(maxTasks) ? Number.MAX_SAFE_INTEGER : maxTasks;
  const rules: PropertyRules<ScheduledMinimum> = { cron: CRON, timeZone: TIME_ZONE, tasks: wholeNumber(0, most) };
  for (const [index, each] of scheduled.entries()) {
    const within = `scheduledMinimum[${index}].`;
    checkProperties(scope, each, rules, ['cron', 'tasks'], within);
    try {
      awsCron(each.cron);
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
      throw new InfraError(
        `${scope.node.path}: ${within}cron ${error.message}; received ${JSON.stringify(each.cron)}.`,
      );
    }
  }
}
