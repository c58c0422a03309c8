import { expect, test } from 'vitest';
import { type City, loadCities } from '../../../pipelines/airport-access/cities.ts';
import pipeline from '../../../pipelines/airport-access/index.ts';
import { read } from '../../shared/author/reducers/rows.ts';

const context = { runId: 'run', childId: '0-0.0.0', params: { minPopulation: 0 } };

type CityRow = Parameters<ReturnType<typeof pipeline.reduce.start>['add']>[0];

async function firstCity(): Promise<City> {
  const [city] = await loadCities();
  if (!city) throw new Error('There are no cities.');
  return city;
}

const row = async (change: Partial<CityRow> = {}): Promise<CityRow> => ({
  id: '0-0.0.0',
  item: await firstCity(),
  status: 'SUCCEEDED',
  reason: null,
  result: { airport: 'LEU', km: 37.1 },
  excerpt: null,
  attempts: 1,
  ms: 2,
  at: 0,
  ...change,
});

test('the service is asked for a place and told nothing else', async () => {
  expect(pipeline.request?.(await firstCity(), context)).toEqual({ lat: 42.57952, lon: 1.65362 });
  expect(pipeline.endpoint).toMatchObject({
    service: 'airports',
    path: '/nearest',
    method: 'POST',
    timeoutSeconds: 10,
  });
});

test('report.csv is id, city, country, population, airport, km, status, reason', async () => {
  expect(['id', ...pipeline.reduce.columns, 'status', 'reason']).toEqual(
    'id, city, country, population, airport, km, status, reason'.split(', '),
  );
  expect(pipeline.reduce.cells(await row())).toEqual(['El Tarter', 'AD', 1052, 'LEU', 37.1]);
});

test('a failed city keeps its place in the report; those that succeeded are measured', async () => {
  const failed = { ...(await row()), status: 'FAILED', reason: 'http-500', result: null } as const;
  expect(pipeline.reduce.cells(failed)).toEqual(['El Tarter', 'AD', 1052, null, null]);
  const statistics = pipeline.reduce.start();
  expect(read(statistics)).toMatchObject({ count: 0, median: null });
  statistics.add(await row());
  expect(read(statistics)).toMatchObject({
    count: 1,
    max: 37.1,
    top: [{ label: 'El Tarter', value: 37.1 }],
    groups: [{ group: 'AD', count: 1 }],
  });
});

test('both data sets are credited with their licences', () => {
  const credits = pipeline.report.credits.join('\n');
  for (const name of ['GeoNames', 'CC BY 4.0', 'OpenFlights', 'ODbL']) expect(credits).toContain(name);
});

test('it starts at 02:00 UTC on the first of each month', () => {
  expect(pipeline.schedule).toEqual({ cron: '0 2 1 * *', timeZone: 'UTC', overlap: 'skip' });
});
