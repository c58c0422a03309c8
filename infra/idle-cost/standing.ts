import * as z from 'zod';
import { MONTH_SECONDS, type Standing } from '../../shared/domain/idle-cost.ts';

const resource = z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() });
const template = z.object({ Resources: z.record(z.string(), resource) });
const schedule = z.object({
  ScheduleExpression: z.string(),
  Target: z.object({ Arn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }) }),
});
const memory = z.object({ MemorySize: z.number() });

/** Counts in a synthesized template what is paid for though nothing runs. Runs that a cron starts aren't idle. */
export function standingIn(synthesized: unknown): Standing {
  const resources = template.parse(synthesized).Resources;
  const ofType = (type: string) => Object.values(resources).filter(({ Type }) => Type === type);
  const woken = ofType('AWS::Scheduler::Schedule')
    .map(({ Properties }) => schedule.parse(Properties))
    .flatMap(({ ScheduleExpression, Target }) => {
      const minutes = /^rate\((\d+) minutes?\)$/.exec(ScheduleExpression)?.[1];
      return minutes === undefined ? [] : [{ minutes: Number(minutes), of: Target.Arn['Fn::GetAtt'][0] }];
    });
  return {
    alarms: ofType('AWS::CloudWatch::Alarm').length,
    mappings: ofType('AWS::Lambda::EventSourceMapping').length,
    wakes: woken.reduce((sum, { minutes }) => sum + MONTH_SECONDS / 60 / minutes, 0),
    wakesMB: Math.max(0, ...woken.map(({ of }) => memory.parse(resources[of]?.Properties).MemorySize)),
    secrets: ofType('AWS::SecretsManager::Secret').length,
  };
}
