import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/** An alarm can't be made without saying what it means for people. */
export interface StatedAlarmProps {
  readonly metric: IMetric;
  /** What is wrong for whom while it rings, in a sentence. */
  readonly impact: string;
  /** What to look at first. */
  readonly action: string;
  /** Rings at this value and above. Default 1. */
  readonly atLeast?: number;
  /** Rings below this value instead, and when there is no data. */
  readonly below?: number;
  /** Periods in a row. Default 1. */
  readonly periods?: number;
  readonly topic: ITopic;
}

/** An alarm that tells the stage's topic when it starts and when it is over. */
export class StatedAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: StatedAlarmProps) {
    super(scope, id, {
      metric: props.metric,
      alarmDescription: `Impact: ${props.impact} First: ${props.action}`,
      threshold: props.below ?? props.atLeast ?? 1,
      comparisonOperator:
        props.below === undefined
          ? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
          : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: props.periods ?? 1,
      treatMissingData: props.below === undefined ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
    });
    this.addAlarmAction(new SnsAction(props.topic));
    this.addOkAction(new SnsAction(props.topic));
  }
}

/** The period most alarms look at. */
export const FIVE_MINUTES = Duration.minutes(5);
