import { Duration, RemovalPolicy, Stack, TimeZone } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { SQS } from '../../shared/domain/limits.ts';
import type { Schedule as Declared } from '../../shared/lambda/declaration.ts';
import { acknowledge, acknowledgeWildcard } from '../acknowledged.ts';
import { awsCron } from '../cron.ts';

export interface StartScheduleProps {
  readonly schedule: Extract<Declared, { cron: string }>;
  readonly target: IFunction;
}

/**
 * Starts a run by the clock. The payload is the time it was due, which makes the run's id: delivered twice, it is one
 * run. A start that fails for six hours is kept in a queue. The sweeper sees, and counts, a run that isn't there.
 */
export class StartSchedule extends Construct {
  constructor(scope: Construct, id: string, { schedule, target }: StartScheduleProps) {
    super(scope, id);
    const missed = new Queue(this, 'Missed', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.seconds(SQS.maxRetentionSeconds),
    });
    acknowledge(missed, 'AwsSolutions-SQS3', 'It is a dead-letter queue itself: of the schedule and of the splitter.');
    const patience = { retryAttempts: 185, maxEventAge: Duration.hours(6) } as const;
    const group = ownGroup(this);
    new Schedule(this, 'Schedule', {
      description: `Starts a run by ${schedule.cron} (${schedule.timeZone})`,
      schedule: ScheduleExpression.expression(awsCron(schedule.cron), TimeZone.of(schedule.timeZone)),
      scheduleGroup: group,
      target: new LambdaInvoke(target, {
        input: ScheduleTargetInput.fromObject({ schedule: ContextAttribute.scheduledTime }),
        role: schedulerRole(this, target, group),
        deadLetterQueue: missed,
        ...patience,
      }),
    });
    // Scheduler invokes asynchronously: once Lambda has taken the event, its failures are Lambda's to keep.
    target.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: patience.maxEventAge,
      onFailure: new SqsDestination(missed),
    });
  }
}

export interface MinuteScheduleProps {
  /** Name of the function that it wakes. */
  readonly what: string;
  readonly every: Duration;
  readonly target: IFunction;
}

/** Wakes a function that looks after what is there. A time missed needs no repeating: the next one sees the same. */
export class MinuteSchedule extends Construct {
  constructor(scope: Construct, id: string, { every, what, target }: MinuteScheduleProps) {
    super(scope, id);
    const group = ownGroup(this);
    new Schedule(this, 'Schedule', {
      description: `Wakes the ${what}`,
      schedule: ScheduleExpression.rate(every),
      scheduleGroup: group,
      target: new LambdaInvoke(target, {
        input: ScheduleTargetInput.fromObject({}),
        role: schedulerRole(this, target, group),
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
      }),
    });
    target.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
  }
}

/**
 * A group of its own, as Scheduler's metrics have no finer dimension. It goes with its stack, whatever is kept: it holds nothing but the
 * schedule, and the CDK makes its name out of its path, so that one left behind would stand in the way of the same stack.
 */
function ownGroup(scope: Construct): ScheduleGroup {
  return new ScheduleGroup(scope, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
}

/** A role that only schedules of one group can take. */
function schedulerRole(scope: Construct, target: IFunction, group: ScheduleGroup): Role {
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account, 'aws:SourceArn': group.scheduleGroupArn },
      },
    }),
  });
  acknowledgeWildcard(role, target.functionArn, ':*', "The wildcard is the function's version or alias.");
  return role;
}
