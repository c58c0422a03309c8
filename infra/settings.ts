import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { InfraError } from './errors.ts';

/** What differs from stage to stage, all of it. */
export interface StageSettings {
  readonly stage: Stage;
  readonly logRetention: RetentionDays;
  /** What becomes of table, bucket and logs when their stack is destroyed. */
  readonly removal: RemovalPolicy;
  readonly pointInTimeRecovery: boolean;
  /** Objects of pipelines that are gone from the code are kept this long; a pipeline's own are kept as it says. */
  readonly orphanedObjectDays: number;
  /** Reserved concurrency of a queue-dedicated clone; undefined leaves it to MaximumConcurrency alone. */
  readonly cloneConcurrency: number | undefined;
  readonly mail: MailSettings | undefined;
  /** Gets every alarm, after confirming SNS's mail; undefined: subscribe to the topic yourself. */
  readonly alarmEmail: string | undefined;
}

interface MailSettings {
  /** The sender's address. */
  readonly from: string;
  /** An address or domain that is already verified in SES; undefined: this app makes `from` an identity. */
  readonly identity: string | undefined;
}

/** `smoke` is deployed, checked and destroyed by `npm run smoke`. */
const STAGES = ['dev', 'smoke', 'prod'] as const;
type Stage = (typeof STAGES)[number];

type Fixed = Omit<StageSettings, 'stage' | 'mail' | 'alarmEmail'>;

/** Leaves nothing behind. */
const PASSING: Fixed = {
  logRetention: RetentionDays.ONE_WEEK,
  removal: RemovalPolicy.DESTROY,
  pointInTimeRecovery: false,
  orphanedObjectDays: 30,
  cloneConcurrency: undefined,
};

const FIXED: Record<Stage, Fixed> = {
  dev: PASSING,
  smoke: PASSING,
  prod: {
    logRetention: RetentionDays.THREE_MONTHS,
    removal: RemovalPolicy.RETAIN,
    pointInTimeRecovery: true,
    orphanedObjectDays: 400,
    // Reserving needs an account limit above the sum of all reservations + 100, which a new account may not have.
    cloneConcurrency: undefined,
  },
};

const context = z.object({
  stage: z.enum(STAGES).default('dev'),
  mailFrom: z.email().optional(),
  mailIdentity: z.string().min(3).optional(),
  alarmEmail: z.email().optional(),
});

/** Context keys the app reads: `cdk deploy -c stage=prod -c mailFrom=reports@example.com`. */
const CONTEXT_KEYS = Object.keys(context.shape);

/**
 * Settings of the stage that the CDK context names.
 * @param read looks a context key up; undefined where it isn't set
 * @throws {InfraError} naming each wrong key, what it holds and what it may hold
 */
export function readSettings(read: (key: string) => unknown): StageSettings {
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
  const { stage, mailFrom, mailIdentity, alarmEmail } = parsed.data;
  if (mailIdentity && !mailFrom)
    throw new InfraError(`-c mailIdentity=${mailIdentity} needs -c mailFrom=<its sender address>.`);
  return {
    ...FIXED[stage],
    stage,
    mail: mailFrom ? { from: mailFrom, identity: mailIdentity } : undefined,
    alarmEmail,
  };
}
