import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import type { PlatformParts } from './platform-parts.ts';

/** An alarm can't be made without saying what it means for people. */
export interface StatedAlarmProps {
  readonly metric: IMetric;
  /** What is wrong for whom while it rings, in a sentence. */
  readonly impact: string;
  /** What to look at first. */
  readonly action: string;
  /** Its paragraph in docs/runbook.md. */
  readonly page: string;
  /** Rings at this value and above. Default 1. */
  readonly atLeast?: number;
  /**
   * Rings when the metric falls silent instead. Before its first data there is no silence, so a fresh deployment doesn't ring: CloudWatch
   * tells the step from data to none.
   */
  readonly silent?: true;
  /** Periods in a row. Default 1. */
  readonly periods?: number;
  /** Whose topic it tells, and whose stage its description names: the name that CloudFormation gives it has neither in full. */
  readonly platform: Pick<PlatformParts, 'stage' | 'alarms'>;
}

/** As a reader of an alarm's mail finds it: in the package that deployed it. */
const RUNBOOK = 'node_modules/microprocess/docs/runbook.md';

/**
 * An alarm that tells the stage's topic when it starts. It doesn't tell when it is over: CloudWatch would also tell that of each new alarm, on its
 * first step to OK, and what has failed for good isn't mended because five minutes have passed.
 */
export class StatedAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: StatedAlarmProps) {
    super(scope, id, {
      metric: props.metric,
      alarmDescription: `Stage ${props.platform.stage}. Impact: ${props.impact} First: ${props.action} Then: ${RUNBOOK}#${props.page}`,
      threshold: props.atLeast ?? 1,
      comparisonOperator: props.silent
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: props.silent ? TreatMissingData.MISSING : TreatMissingData.NOT_BREACHING,
    });
    this.addAlarmAction(new SnsAction(props.platform.alarms));
    if (props.silent) this.addInsufficientDataAction(new SnsAction(props.platform.alarms));
  }
}

/** The period most alarms look at. */
export const FIVE_MINUTES = Duration.minutes(5);
