import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { definePipeline } from '../../../shared/author/definition.ts';
import { jsonLines } from '../../../shared/author/outputs/json-lines.ts';
import { mergeFiles } from '../../../shared/author/outputs/merge-files.ts';
import { parquet } from '../../../shared/author/outputs/parquet.ts';
import { statistics } from '../../../shared/author/reducers/statistics.ts';
import { list } from '../../../shared/author/sources/list.ts';
import type { PipelineRun } from '../../../testing/pipeline-run.ts';
import { runPipeline } from '../../../testing/run-pipeline.ts';

interface City {
  readonly n: number;
  readonly city: string;
  readonly country: string | null;
}
interface Answer {
  readonly trip: { readonly km: number };
  readonly at: string;
  readonly line: string;
  readonly large?: string;
}

const COUNTRIES = ['AU', 'São Tomé / Príncipe', null, 'x=1&y'];
const CITIES: readonly City[] = Array.from({ length: 700 }, (_, n) => ({
  n,
  city: n % 5 === 0 ? `City "${n}",\nرام الله` : `City ${n}`,
  country: COUNTRIES[n % COUNTRIES.length] ?? null,
}));
const kmOf = (n: number) => ((n * 7_919) % 1_000) / 10;

const pipeline = definePipeline({
  name: 'trips',
  source: list(() => CITIES),
  endpoint: { service: 'trips', path: '/' },
  tolerate: { failedPercent: 5 },
  reduce: statistics<City, Answer>({ values: { km: ({ result }) => result?.trip.km } }),
  outputs: {
    lines: jsonLines<City, Answer>({ gzip: true }),
    everything: jsonLines<City, Answer>({
      rows: 'all',
      columns: ['n', { name: 'trip', of: ({ result }) => result?.trip }],
    }),
    table: parquet<City, Answer>({
      columns: {
        n: 'integer',
        city: 'string',
        km: { type: 'double', of: ({ result }) => result?.trip.km },
        at: 'timestamp',
        far: { type: 'boolean', of: ({ result }) => result && result.trip.km > 50 },
        trip: 'json',
        nothing: { type: 'string', of: () => null },
      },
    }),
    byCountry: parquet<City, Answer>({
      columns: { n: 'integer', km: { type: 'double', of: ({ result }) => result?.trip.km } },
      partitionBy: ['country', { name: 'far', of: ({ result }) => result && result.trip.km > 50 }],
    }),
    merged: mergeFiles<City, Answer>({ of: 'line', header: 'n,km\n', extension: 'csv', contentType: 'text/csv' }),
  },
});

const FAILED = 7;
let run: PipelineRun<City, Answer>;
let folder: string;
const db = DuckDBInstance.create(':memory:').then((instance) => instance.connect());

/** What a query says of an output's files. */
async function query(sql: string) {
  const reader = await (await db).runAndReadAll(sql.replaceAll('$', folder));
  return reader.getRowObjectsJson();
}

beforeAll(async () => {
  run = await runPipeline(pipeline, {
    service: ({ body }) =>
      body.n === FAILED
        ? { status: 422 }
        : {
            trip: { km: kmOf(body.n) },
            at: '2026-11-05T02:00:13.250Z',
            line: `${body.n},${kmOf(body.n)}`,
            ...(body.n === 400 && { large: 'x'.repeat(40_000) }),
          },
  });
  folder = await mkdtemp(join(tmpdir(), 'outputs-'));
  for (const [name, files] of Object.entries(run.outputs)) {
    for (const [path, content] of Object.entries(files)) {
      const at = join(folder, name, path);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, content);
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The figures of the report, by key. */
const figures = () => {
  const [section] = run.sections;
  if (section?.kind !== 'figures') throw new Error('The report has no figures.');
  return Object.fromEntries(section.figures.map(({ key, value }) => [key, value]));
};

describe('what a run leaves beside its report, read by DuckDB', () => {
  test('agrees with the report', async () => {
    expect(run.status).toBe('succeeded-with-failures');
    const { count, min, max, mean, median } = figures();
    const sums = 'count(*)::INT AS count, min(km) AS min, max(km) AS max, avg(km) AS mean, median(km) AS median';
    for (const from of [
      `(SELECT result.trip.km AS km FROM read_json('$/lines/lines.jsonl.gz'))`,
      `(SELECT trip.km AS km FROM read_json('$/everything/everything.jsonl') WHERE trip IS NOT NULL)`,
      `'$/table/table.parquet'`,
      `read_parquet('$/byCountry/**/*.parquet', hive_partitioning = true)`,
      `read_csv('$/merged/merged.csv')`,
    ]) {
      const [row] = await query(`SELECT ${sums} FROM ${from}`);
      expect(row, from).toEqual({ count, min, max, median, mean: expect.closeTo(Number(mean), 9) });
    }
  });

  test('has every row in the order of the source, as it was', async () => {
    const lines = await query(
      `SELECT id, status, item.n::INT AS n, item.city AS city, length(result.large)::INT AS large FROM read_json('$/lines/lines.jsonl.gz')`,
    );
    expect(lines).toEqual(
      run.rows
        .filter(({ status }) => status === 'SUCCEEDED')
        .map(({ id, status, item: { n, city } }) => ({ id, status, n, city, large: n === 400 ? 40_000 : null })),
    );
    const all = await query(
      `SELECT n::INT AS n, trip IS NULL AS failed FROM read_json('$/everything/everything.jsonl')`,
    );
    expect(all).toEqual(CITIES.map(({ n }) => ({ n, failed: n === FAILED })));
    expect(
      Buffer.from(run.outputs.merged?.['merged.csv'] ?? [])
        .toString()
        .split('\n')
        .slice(0, 3),
    ).toEqual(['n,km', '0,0', '1,91.9']);
  });

  test('has typed columns', async () => {
    const types = await query(
      `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM '$/table/table.parquet')`,
    );
    expect(types.map(({ name, type }) => `${name} ${type}`)).toEqual([
      ...['n BIGINT', 'city VARCHAR', 'km DOUBLE', 'at TIMESTAMP', 'far BOOLEAN', 'trip VARCHAR', 'nothing VARCHAR'],
    ]);
    expect(
      await query(
        `SELECT n::INT AS n, city, "at"::VARCHAR AS at, far, trip, nothing FROM '$/table/table.parquet' WHERE n = 5`,
      ),
    ).toEqual([
      {
        n: 5,
        city: CITIES[5]?.city,
        at: '2026-11-05 02:00:13.25',
        far: kmOf(5) > 50,
        trip: `{"km":${kmOf(5)}}`,
        nothing: null,
      },
    ]);
  });

  test('lies in a folder for each value, whatever is in it', async () => {
    const counts = await query(
      `SELECT country, far::VARCHAR AS far, count(*)::INT AS count FROM read_parquet('$/byCountry/**/*.parquet', hive_partitioning = true) GROUP BY ALL ORDER BY ALL`,
    );
    const expected = COUNTRIES.flatMap((country) =>
      [false, true].map((far) => ({
        country,
        far: String(far),
        count: CITIES.filter((city) => city.n !== FAILED && city.country === country && kmOf(city.n) > 50 === far)
          .length,
      })),
    );
    expect(counts).toEqual(expect.arrayContaining(expected));
    expect(counts).toHaveLength(expected.length);
    expect(Object.keys(run.outputs.byCountry ?? {})).toContain('country=AU/far=true/0.parquet');
  });

  test('is told by summary and report', () => {
    const { outputs } = run.report.summary;
    expect(outputs.table).toEqual([
      { key: 'test/outputs/table/table.parquet', rows: 699, bytes: run.outputs.table?.['table.parquet']?.length },
    ]);
    expect(run.sections.at(-1)).toMatchObject({ title: 'Files', total: 12 });
    expect(run.report.html).toContain('test/outputs/lines/lines.jsonl.gz');
  });
});

test('a value of another type ends the run as output-failed: the report is whole, and no file is left', async () => {
  const failed = await runPipeline(
    { ...pipeline, outputs: { lines: jsonLines(), table: parquet({ columns: { city: 'double' } }) } },
    { service: ({ body }) => ({ trip: { km: kmOf(body.n) }, at: '', line: '' }), limit: 5 },
  );
  expect(failed).toMatchObject({ status: 'failed', reason: 'output-failed', outputs: {}, counts: { succeeded: 5 } });
  expect(failed.report.summary.failure?.detail).toBe(
    'outputs.table: child 0-0.0.0 has a string in column "city", which is of type double: it takes finite numbers',
  );
  expect(failed.report.html).toContain('An output failed');
  expect(failed.sections.map(({ key }) => key)).toContain('km');
});

test('an output that fails with its last rows leaves no file of those that were whole', async () => {
  const lines = jsonLines();
  const failing = { ...lines, open: async () => ({ ...(await lines.open()), end: () => expect.fail('no end') }) };
  const { outputs, reason } = await runPipeline(
    { ...pipeline, outputs: { a: jsonLines(), b: jsonLines({ partitionBy: ['country'] }), c: failing } },
    { service: ({ body }) => ({ trip: { km: kmOf(body.n) }, at: '', line: '' }), limit: 5 },
  );
  expect([reason, outputs]).toEqual(['output-failed', {}]);
});

test('a run without rows has its files, but no folders', async () => {
  const { outputs } = await runPipeline(
    { ...pipeline, source: list((): City[] => []) },
    { service: () => ({ trip: { km: 0 }, at: '', line: '' }) },
  );
  expect(Object.fromEntries(Object.entries(outputs).map(([name, files]) => [name, Object.keys(files)]))).toEqual({
    lines: ['lines.jsonl.gz'],
    everything: ['everything.jsonl'],
    table: ['table.parquet'],
    byCountry: [],
    merged: ['merged.csv'],
  });
});
