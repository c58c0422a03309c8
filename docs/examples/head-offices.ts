import { definePipeline, list, statistics } from 'microprocess';

const offices = [{ name: 'Wien', lat: 48.21, lon: 16.37 }];

export default definePipeline({
  name: 'head-offices',
  source: list(() => offices),
  endpoint: { service: 'airports', path: '/nearest' },
  tolerate: { failedPercent: 1 },
  reduce: statistics({ value: 'km', label: 'name' }),
  report: { email: ['facilities@example.com'] },
  schedule: { cron: '0 2 1 * *', timeZone: 'Australia/Sydney' },
});
