import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { z } from 'zod';
import { CREDENTIALS, REGION } from './emulator.ts';

const listed = z.object({ Schedules: z.array(z.object({ Name: z.string(), GroupName: z.string(), Target: z.object({ Arn: z.string() }) })) });
const schedule = z.looseObject({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string(),
  Target: z.looseObject({ Input: z.string() }),
});

/** The deployed start schedule, as EventBridge Scheduler has it. */
export interface StartSchedule {
  readonly expression: string;
  readonly timeZone: string;
  readonly input: string;
  /** Fires within a minute and ten seconds, with this input. */
  fireSoon(input: unknown): Promise<void>;
}

/**
 * Finds the schedule that starts a function.
 * @throws {Error} unless there is exactly one
 */
export async function startSchedule(endpoint: string, functionName: string): Promise<StartSchedule> {
  const { Schedules } = listed.parse(await scheduler(endpoint, 'GET', '/schedules'));
  const ours = Schedules.filter(({ Target }) => Target.Arn.endsWith(`:function:${functionName}`));
  const [found] = ours;
  if (!found || ours.length > 1) throw new Error(`${ours.length} schedules start ${functionName}; exactly 1 is right.`);
  const path = `/schedules/${found.Name}`;
  const current = schedule.parse(await scheduler(endpoint, 'GET', path, { groupName: found.GroupName }));
  return {
    expression: current.ScheduleExpression,
    timeZone: current.ScheduleExpressionTimezone,
    input: current.Target.Input,
    async fireSoon(input) {
      // An update replaces the schedule; what isn't named would fall back to its default.
      await scheduler(endpoint, 'PUT', path, {}, {
        ...current,
        GroupName: found.GroupName,
        ScheduleExpression: 'rate(1 minutes)',
        Target: { ...current.Target, Input: JSON.stringify(input) },
      });
    },
  };
}

/** One signed call. The SDK's client for it is not among our dependencies: two calls don't make it one. */
async function scheduler(endpoint: string, method: string, path: string, query: Record<string, string> = {}, body?: unknown): Promise<unknown> {
  const url = new URL(path, endpoint);
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  const signer = new SignatureV4({
    service: 'scheduler',
    region: REGION,
    credentials: { accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID, secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY },
    sha256: Sha256,
  });
  const text = body === undefined ? undefined : JSON.stringify(body);
  const signed = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: Number(url.port),
    path: url.pathname,
    query,
    headers: { host: url.host, ...(text === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(text === undefined ? {} : { body: text }),
  });
  const answer = await fetch(url, { method, headers: signed.headers, ...(text === undefined ? {} : { body: text }) });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`Scheduler answered ${answer.status} to ${method} ${path}: ${said}`);
  return JSON.parse(said || '{}');
}
