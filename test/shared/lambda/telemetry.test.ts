import { afterEach, expect, test, vi } from 'vitest';
import { emfMetrics } from '../../../shared/lambda/telemetry.ts';

afterEach(() => void vi.restoreAllMocks());

test('what is counted is a number in a line of the log, as the filters of alarms compare it, however often it was counted', () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const metrics = emfMetrics('scores');
  metrics.count('MessagesFailed', 1);
  metrics.count('MessagesFailed', 2);
  metrics.flush();
  metrics.flush();
  expect(written).toHaveBeenCalledTimes(1);
  expect(JSON.parse(String(written.mock.calls[0]?.[0]))).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Namespace: 'Microprocess', Dimensions: [['Pipeline']] }] },
    Pipeline: 'scores',
    MessagesFailed: 3,
  });
});
