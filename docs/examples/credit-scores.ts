import { definePipeline } from '../../shared/domain/definition.ts';
import { list } from '../../shared/domain/source.ts';
import { statistics } from '../../shared/report/statistics.ts';

const companies = [{ abn: '51824753556', name: 'Example Pty Ltd' }];

export default definePipeline({
  name: 'credit-scores',
  source: list(() => companies),
  endpoint: { service: 'scores', path: '/score' },
  tolerate: { failedPercent: 1 },
  reduce: statistics({ value: 'score', label: 'name' }),
  report: { email: ['data-science@example.com'] },
  schedule: { cron: '0 2 1 * *', timeZone: 'Australia/Sydney' },
});
