import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnMetricFilter } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { FIVE_MINUTES } from './alarms.ts';

/** A line in which Lambda says that an invocation crashed or ran out of time. It writes these at WARN, those of success at INFO. */
export const CRASHED = '{ $.type = "platform.report" && $.record.status != "success" }';

/** A line in which a function counts any of these, as embedded metrics. */
export const counted = (names: readonly string[]): string => `{ ${names.map((name) => `$.${name} > 0`).join(' || ')} }`;

/** A construct with a log of its own. */
interface Logging extends IConstruct {
  readonly logs: { readonly logGroupName: string };
}

/**
 * A metric of what logs say, whichever functions they are of: one alarm can watch what would be a metric each, and an alarm is paid for by the
 * metric. Metric filters cost nothing, and the metric nothing while there is nothing to count.
 */
export class LoggedMetric {
  readonly #namespace: string;
  readonly #name: string;
  /** Of five minutes. */
  readonly sum: Metric;

  constructor(namespace: string, name: string) {
    this.#namespace = namespace;
    this.#name = name;
    this.sum = new Metric({ namespace, metricName: name, statistic: 'Sum', period: FIVE_MINUTES });
  }

  /**
   * Counts lines of a function's log.
   * @param id of the filter, within the function
   * @param lines how many of them come to 1. Default 1
   */
  count(fn: Logging, id: string, filterPattern: string, lines = 1): void {
    new CfnMetricFilter(fn, `${id}Filter`, {
      logGroupName: fn.logs.logGroupName,
      filterPattern,
      metricTransformations: [
        {
          metricNamespace: this.#namespace,
          metricName: this.#name,
          // Rounded up: three thirds must come to one.
          metricValue: String(Math.ceil(1_000 / lines) / 1_000),
        },
      ],
    });
  }
}
