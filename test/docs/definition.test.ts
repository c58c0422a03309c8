import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import tellingSquares from '../../docs/examples/channels.ts';
import companyChecks from '../../docs/examples/dynamo-table.ts';
import orderChecks from '../../docs/examples/from.ts';
import headOffices from '../../docs/examples/head-offices.ts';
import invoices from '../../docs/examples/http-list.ts';
import officeFiles from '../../docs/examples/outputs.ts';
import { tallTrees } from '../../docs/examples/own-reduce.ts';
import vendorChecks from '../../docs/examples/postgres.ts';
import { trips } from '../../docs/examples/reducers.ts';
import vendors from '../../docs/examples/vendors.ts';
import { definePipeline } from '../../shared/author/definition.ts';
import { checkSections, SECTION_LIMITS } from '../../shared/author/section.ts';
import { callsPerForwarder, forwardersOf } from '../../shared/domain/capacity.ts';
import { NO_COUNTS } from '../../shared/domain/run.ts';
import { checkLaws } from '../../testing/check-laws.ts';
import { runPipeline } from '../../testing/run-pipeline.ts';
import { row } from '../shared/author/reducers/rows.ts';
import { sectionsOf } from '../shared/report/sections/samples.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const docs = text('docs/definition.md');

/** The table of fields: path → what its row says the default is. */
const documented = new Map(
  [...docs.matchAll(/^\| `([\w.]+)` \| .* \| (.+?) \| .+? \|$/gm)].map(([, path, byDefault]) => [path, byDefault]),
);

/** Paths and values of a definition's plain parts, such as limits.inFlight → 512. */
function leaves(value: unknown, path: string): [string, unknown][] {
  const isGroup = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  if (!isGroup || ['source', 'reduce', 'params', 'outputs'].includes(path)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

test.each(['README.md', 'docs/definition.md'])(
  'the example in %s is the file that is compiled here, in fifteen lines at most',
  (path) => {
    const [, example] = /```ts\n([\s\S]*?)```/.exec(text(path)) ?? [];
    expect(example).toBe(text('docs/examples/head-offices.ts'));
    expect(example?.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
    expect(headOffices.name).toBe('head-offices');
  },
);

test('the sources in the docs are the files that are compiled here', async () => {
  for (const example of ['vendors', 'from'])
    expect(docs).toContain(`\`\`\`ts\n${text(`docs/examples/${example}.ts`)}\`\`\``);
  for (const example of ['http-list', 'dynamo-table', 'postgres'])
    expect(text('docs/sources.md')).toContain(`\`\`\`ts\n${text(`docs/examples/${example}.ts`)}\`\`\``);
  expect(vendorChecks.source.needs).toEqual({ secrets: ['vendors/database'] });
  expect(companyChecks.source.needs).toEqual({ tables: ['companies'] });
  expect(invoices.source.needs).toEqual({ endpoint: true });
  const context = { params: { year: 2026 }, limit: undefined, range: null, cursor: null };
  for await (const given of orderChecks.source.read(context))
    expect(given).toEqual({ item: { id: 202_600, total: 12.5 }, cursor: 202_600 });
  expect(vendors.source.reads).toEqual(['./vendors.csv']);
});

test('the reduce in the docs is the file that is compiled here, and does what it says', () => {
  expect(docs).toContain(`\`\`\`ts\n${text('docs/examples/own-reduce.ts')}\`\`\``);
  const tree = (metres: number) => ({ ...row(1, 0), item: { id: 1 }, result: { park: 'Prater', metres } });
  const [a, b] = [tallTrees.start(), tallTrees.start()];
  for (const metres of [12, 31, 40]) a.add(tree(metres));
  b.add(tree(35));
  a.merge(JSON.parse(JSON.stringify(b)));
  expect(checkSections(a.sections({ counts: { ...NO_COUNTS, succeeded: 4 } }))).toMatchObject([
    {
      title: 'Tall trees',
      figures: [
        { key: 'tall', value: 3 },
        { value: 75, unit: '%' },
      ],
    },
  ]);
  expect(tallTrees.columns).toEqual(['park', 'metres']);
  expect(tallTrees.cells(tree(31))).toEqual(['Prater', 31]);
});

test('the reducers in the docs are the file that is compiled here', () => {
  expect(docs).toContain(`\`\`\`ts\n${text('docs/examples/reducers.ts')}\`\`\``);
  const result = { trip: { km: 3, airport: 'VIE' }, price: 7 };
  checkLaws(trips, [{ item: { city: 'Wien', country: 'AT' }, result }]);
  expect(trips.columns).toEqual(['city', 'km', 'price', 'country']);
});

test('the outputs in the docs are the file that is compiled here, and are written', async () => {
  expect(docs).toContain(`\`\`\`ts\n${text('docs/examples/outputs.ts')}\`\`\``);
  const { outputs } = await runPipeline(officeFiles, { service: () => ({ airport: { km: 16 }, csv: 'Wien,16' }) });
  expect(Object.values(outputs).flatMap((files) => Object.keys(files))).toEqual([
    ...['rows.jsonl.gz', 'country=AT/0.parquet', 'merged.csv'],
  ]);
  expect(Buffer.from(outputs.merged?.['merged.csv'] ?? []).toString()).toBe('name,km\nWien,16\n');
});

test('the channels in the docs are the file that is compiled here', async () => {
  expect(docs).toContain(`\`\`\`ts\n${text('docs/examples/channels.ts')}\`\`\``);
  const { summary } = (await runPipeline(tellingSquares, { service: () => 1 })).report;
  // It succeeded: Slack is for failures.
  expect(summary.told).toMatchObject({ webhook: { outcome: 'told' } });
  expect(summary.told).not.toHaveProperty('slack');
});

test('the docs name every kind of section, and the limits that hold', () => {
  const [, section = ''] = /^### Sections\n([\s\S]*?)^## /m.exec(docs) ?? [];
  const kinds = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind);
  expect(kinds).toEqual(Object.keys(sectionsOf('x', 1)));
  const { json, ...limits } = SECTION_LIMITS;
  expect(json).toBe(2 * 1_024 ** 2);
  for (const limit of Object.values(limits)) expect(section).toContain(limit.toLocaleString('en'));
});

test('the docs have a row for each field, with the default that a definition gets', () => {
  const { source, reduce } = headOffices;
  const minimal = definePipeline({ name: 'x', source, endpoint: { service: 'x', path: '/x' }, reduce });
  const given = ['name', 'source', 'endpoint.service', 'endpoint.path'];
  for (const [path, value] of leaves(minimal, '')) {
    expect(documented.keys(), path).toContain(path);
    if (path === 'params' || path === 'reduce') continue;
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    expect(documented.get(path), path).toBe(given.includes(path) ? 'required' : `\`${shown}\``);
  }
});

test('the docs have rows only for fields that a definition may have', () => {
  const look = { colour: '#3568c8', logo: 'data:image/png;base64,iVBORw0KGgo=' };
  const full = definePipeline({
    ...headOffices,
    request: (item) => item,
    answer: z.any(),
    tolerate: { failedCount: 1 },
    canary: { children: 10 },
    callback: { withinHours: 1, heartbeatSeconds: 60 },
    tasks: {},
    limits: { ratePerSecond: 5, sharedAs: 'scores', waiting: 400 },
    report: { ...headOffices.report, title: 'Scores', linkDays: 7, locale: 'de-CH', ...look },
  });
  // Of fields of which a definition has one.
  const instead = [
    'limits.ratePerMinute',
    'tolerate.failedPercent',
    'endpoint.name',
    'endpoint.url',
    'endpoint.ca',
    'endpoint.itemsPerCall',
    'endpoint.auth',
    'endpoint.hmac',
  ];
  const allowed = leaves(full, '').map(([path]) => path);
  expect([...documented.keys()].sort()).toEqual([...allowed, ...instead].sort());
});

test('the examples of limits.inFlight are what is deployed', () => {
  const [, section = ''] = /^## Limits\n([\s\S]*?)^## /m.exec(docs) ?? [];
  const examples = [...section.matchAll(/(\d+) is (\w+) with (\d+)/g)].map(([, cap, forwarders, each]) => {
    return [Number(cap), ['none', 'one', 'two', 'three', 'four'].indexOf(forwarders ?? ''), Number(each)] as const;
  });
  expect(examples.length).toBeGreaterThan(2);
  for (const [inFlight, forwarders, each] of examples) {
    const flight = { limits: { inFlight }, endpoint: {} };
    expect([forwardersOf(flight), callsPerForwarder(flight)], `${inFlight}`).toEqual([forwarders, each]);
  }
});
