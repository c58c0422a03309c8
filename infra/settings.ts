import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';

import { InfraError } from './errors.ts';
import type { MicroprocessProps } from './stacks/microprocess.ts';

/** Stages of this repository's own app that leave nothing behind. `smoke` is deployed, checked and destroyed by `npm run smoke`. */
const PASSING: readonly string[] = ['dev', 'smoke'];

const context = z.object({
  stage: z.string().default('dev'),
  mailFrom: z.email().optional(),
  mailIdentity: z.string().min(3).optional(),
  alarmEmail: z.email().optional(),
  api: z.stringbool().default(false),
});

/** Context keys the app reads: `cdk deploy -c stage=prod -c mailFrom=reports@your-company.com`. */
const CONTEXT_KEYS = Object.keys(context.shape);

/**
 * What this repository's own app deploys at the stage that the CDK context names: `prod`, and any other than those that pass, by the
 * construct's defaults, which keep what they have.
 * @param read looks a context key up; undefined where it isn't set
 * @throws {InfraError} naming each wrong key, what it holds and what it may hold
 */
export function readSettings(read: (key: string) => unknown): MicroprocessProps {
  const given = Object.fromEntries(
    CONTEXT_KEYS.map((key) => [key, read(key)]).filter(([, value]) => value !== undefined),
  );
  const parsed = context.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `  -c ${path.join('.')}=${String(given[String(path[0])])}: ${message}`,
    );
    throw new InfraError(`The CDK context is not valid:\n${problems.join('\n')}`);
  }
  const { stage, mailFrom, mailIdentity, alarmEmail, api } = parsed.data;
  if (mailIdentity && !mailFrom)
    throw new InfraError(`-c mailIdentity=${mailIdentity} needs -c mailFrom=<its sender address>.`);
  return {
    stage,
    ...(PASSING.includes(stage) && {
      logRetention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
      orphanedObjectDays: 30,
    }),
    ...(mailFrom && { mail: { from: mailFrom, ...(mailIdentity && { identity: mailIdentity }) } }),
    ...(alarmEmail && { alarmEmail }),
    ...(api && { api: {} }),
    tags: { project: 'microprocess', stage },
  };
}
