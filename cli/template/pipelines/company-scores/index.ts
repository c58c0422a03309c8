import { definePipeline, list, statistics } from 'microprocess';

const companies = [{ name: 'Example' }, { name: 'Sample' }, { name: 'Specimen' }];

export default definePipeline({
  name: 'company-scores',
  source: list(() => companies),
  endpoint: { service: 'scores', path: '/score' },
  tolerate: { failedPercent: 1 },
  reduce: statistics({ value: 'score', label: 'name', columns: ['name', 'score'] }),
});
