import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics as Emf, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Log, Metrics } from '../ports/deps.ts';
import { logIds } from './log-ids.ts';

/** Structured logs on stdout, as CloudWatch Logs wants them. */
export function lambdaLog(pipeline: string): Log {
  // The logger's own keys are kept per invocation, and records of a batch are handled side by side: each line names its ids itself.
  const logger = new Logger({ serviceName: pipeline });
  return {
    info: (message, fields) => logger.info(message, { ...logIds(), ...fields }),
    warn: (message, fields) => logger.warn(message, { ...logIds(), ...fields }),
    error: (message, fields) => logger.error(message, { ...logIds(), ...fields }),
  };
}

/** Counts as embedded metrics in the log: no call to CloudWatch, nothing to wait for. */
export function emfMetrics(pipeline: string): Metrics {
  const emf = new Emf({ namespace: 'Microprocess' });
  // Powertools adds a dimension `service` of its own, and an alarm finds only exactly the dimensions it names.
  emf.clearDefaultDimensions();
  emf.setDefaultDimensions({ Pipeline: pipeline });
  // Added up here: of a metric that is added twice Powertools writes a list, which no filter over the log compares with a number.
  const counts = new Map<string, number>();
  let isObserved = false;
  return {
    count: (name, value) => {
      counts.set(name, (counts.get(name) ?? 0) + value);
    },
    observe: (name, value) => {
      isObserved = true;
      emf.addMetric(name, MetricUnit.Milliseconds, value);
    },
    flush() {
      if (counts.size === 0 && !isObserved) return;
      isObserved = false;
      for (const [name, value] of counts) emf.addMetric(name, MetricUnit.Count, value);
      counts.clear();
      emf.publishStoredMetrics();
    },
  };
}
