import { z } from 'zod';
import { type Signing, signedFetch } from './signed.ts';

const listed = z.object({
  Schedules: z.array(z.object({ Name: z.string(), GroupName: z.string(), Target: z.object({ Arn: z.string() }) })),
});
const schedule = z.looseObject({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string(),
  Target: z.looseObject({ Input: z.string() }),
});
/** What a schedule's record says about itself, and an update may not name. */
const OWN = ['Arn', 'CreationDate', 'LastModificationDate', 'Name'];

/** The deployed start schedule, as EventBridge Scheduler has it. */
export interface StartSchedule {
  readonly expression: string;
  readonly timeZone: string;
  readonly input: string;
  /** Fires within two minutes, then every minute, with this input. */
  fireSoon(input: unknown): Promise<void>;
}

/**
 * Finds the schedule that starts a function.
 * @param endpoint of EventBridge Scheduler
 * @throws {Error} unless there is exactly one
 */
export async function startSchedule(signing: Signing, endpoint: string, functionName: string): Promise<StartSchedule> {
  const call = async (
    method: string,
    path: string,
    query: Record<string, string> = {},
    body?: unknown,
  ): Promise<unknown> => {
    const url = new URL(path, endpoint);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const sent = body === undefined ? {} : { body: JSON.stringify(body), contentType: 'application/json' };
    return JSON.parse((await signedFetch(signing, { service: 'scheduler', url, method, ...sent })) || '{}');
  };
  const { Schedules } = listed.parse(await call('GET', '/schedules', { MaxResults: '100' }));
  const ours = Schedules.filter(({ Target }) => Target.Arn.endsWith(`:function:${functionName}`));
  const [found] = ours;
  if (!found || ours.length > 1) throw new Error(`${ours.length} schedules start ${functionName}; exactly 1 is right.`);
  const path = `/schedules/${found.Name}`;
  const current = schedule.parse(await call('GET', path, { groupName: found.GroupName }));
  return {
    expression: current.ScheduleExpression,
    timeZone: current.ScheduleExpressionTimezone,
    input: current.Target.Input,
    async fireSoon(input) {
      // An update replaces the schedule: what isn't named would fall back to its default.
      const kept = Object.fromEntries(Object.entries(current).filter(([key]) => !OWN.includes(key)));
      await call(
        'PUT',
        path,
        {},
        {
          ...kept,
          ScheduleExpression: 'rate(1 minutes)',
          Target: { ...current.Target, Input: JSON.stringify(input) },
        },
      );
    },
  };
}
