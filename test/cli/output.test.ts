import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asMailedHere, closedField, fetchOutput, inWords, type LocalSummary, summaryFields } from '../../cli/output.ts';
import { type Statistics, statisticsSections } from '../../shared/author/reducers/statistics-sections.ts';
import type { Summary } from '../../shared/control/read-summary.ts';
import { startRun } from '../../shared/control/start.ts';
import { testDeps } from '../shared/support.ts';

const summary = (succeeded: number, sections: unknown[]): Summary => ({
  runId: 'march',
  status: 'succeeded',
  closed: null,
  seconds: 2,
  counts: { total: 60, succeeded, failed: 60 - succeeded, cancelled: 0, expired: 0 },
  asked: null,
  reasons: [],
  sections,
  failure: null,
  mail: 'off',
  told: {},
  objects: { csv: 'report.csv', html: 'report.html' },
  outputs: {},
});

const kilometres = (count: number): Statistics => ({
  value: 'km',
  count,
  ...(count === 0
    ? { min: null, median: null, p95: null, max: null, mean: null }
    : { min: 1, median: 2, mean: 2.5, p95: 3, max: 4 }),
  relativeError: 0,
  histogram: [],
  top: [],
  groups: [],
});

test.each<[what: string, succeeded: number, measured: number, km: string | undefined]>([
  ['all were measured', 60, 60, 'Measured 60 · Minimum 1 · Median 2 · Mean 2.5 · 95th percentile 3 · Maximum 4'],
  [
    'some gave no number',
    60,
    55,
    'Measured 55 (5 succeeded without a number) · Minimum 1 · Median 2 · Mean 2.5 · 95th percentile 3 · Maximum 4',
  ],
  ['none gave a number', 60, 0, 'Measured 0 (60 succeeded without a number)'],
  ['none succeeded', 0, 0, undefined],
])('what was measured, where %s', (_, succeeded, measured, km) => {
  const [children, ...rest] = summaryFields(summary(succeeded, statisticsSections(kilometres(measured), succeeded)));
  expect(children?.[1]).toContain('60 (30/s)');
  expect(rest).toEqual(km === undefined ? [] : [['Distribution of km', km]]);
});

test('what an older version wrote has no sections, and what a newer one wrote may have some that are not known', () => {
  const text = { kind: 'text', title: 'Said', text: 'by a newer version', colour: 'red' };
  const [, ...known] = summaryFields(summary(60, [{ kind: 'hologram', title: 'x' }, text]));
  expect(known).toEqual([['Said', 'by a newer version']]);
});

test('a rate is that of the children that were called, and a cancel that came too late is told from one that left some out', () => {
  const some = {
    ...summary(60, []),
    counts: { total: 400, succeeded: 40, failed: 30, cancelled: 330, expired: 0 },
    reasons: [{ reason: 'request-not-mapped', count: 10 }],
  };
  expect(summaryFields(some)[0]?.[1]).toContain('400 (30/s)');
  const late = { status: 'succeeded-with-failures', closed: 'cancelled', counts: { cancelled: 0, expired: 0 } };
  expect(closedField(late)).toEqual(['closed', 'cancelled, but all children had been called']);
  expect(closedField({ ...late, status: 'cancelled', counts: some.counts })).toEqual(['closed', 'it was cancelled']);
});

const LOGGED = { flags: ' --stage dev', log: '/s/functions.log' };

describe('what a run came to, in words', () => {
  const summary: LocalSummary = {
    runId: 'march',
    status: 'failed',
    closed: 'split-failed',
    seconds: 43,
    counts: { total: 0, succeeded: 0, failed: 0, cancelled: 0, expired: 0 },
    asked: null,
    reasons: [],
    sections: [],
    failure: null,
    mail: 'off',
    told: {},
    objects: { csv: 'c', html: 'h' },
    outputs: {},
    paths: { report: '/o/report.csv', html: '/o/report.html', summary: '/o/summary.json' },
  };
  test('why it failed, and what to look at next', () => {
    const counts = { total: 60, succeeded: 57, failed: 3, cancelled: 0, expired: 0 };
    const some = { ...summary, closed: null, counts, asked: { tolerated: { failedPercent: 1 } } };
    const words = inWords(some, LOGGED);
    expect(words).toMatch(/why +3 of 60 failed \(5%\); up to 1% are tolerated\.\n/);
    expect(words).toMatch(/failures +npx microprocess failures march --stage dev\n/);
    expect(inWords({ ...some, asked: null }, LOGGED)).not.toMatch(/why/);
  });
  test('why it was closed, and where its functions log', () => {
    expect(inWords(summary, LOGGED)).toMatch(/closed +its source could not be read\n[\s\S]*log +\S*functions\.log\n/);
    expect(inWords({ ...summary, closed: 'dreaming' }, { flags: '' })).toMatch(/closed +dreaming\n/);
    expect(inWords({ ...summary, closed: null, status: 'succeeded' }, LOGGED)).not.toMatch(/closed|log/);
  });

  test('the reason and the place of a failed reduce, on one line', () => {
    const failure = { reason: 'reduce-failed', detail: 'merge(): TypeError at merge (index.ts:20:17)\nmore' };
    expect(inWords({ ...summary, failure }, { flags: '' })).toMatch(
      /failed by +reduce-failed: merge\(\): TypeError at .*20:17\)\n/,
    );
    expect(inWords(summary, { flags: '' })).not.toContain('failed by');
  });

  test('a mail that this machine kept is none that was sent', () => {
    const mailed = { ...summary, mail: 'sent' };
    expect(inWords(asMailedHere(mailed, LOGGED.log), LOGGED)).toMatch(/mail +kept, as this machine sends none\n/);
    // At a stage it was.
    expect(inWords(asMailedHere(mailed, undefined), { flags: '' })).toMatch(/mail +sent\n/);
  });
});

test('a report that the disk does not take is kept: what is there is said, and how to fetch the rest', async () => {
  const out = await mkdtemp(join(tmpdir(), 'microprocess-out-'));
  const deps = testDeps();
  const { runId } = await startRun(deps, { runId: 'march' }, 'cli');
  const started = await deps.stores.runs.read(runId);
  if (!started) throw new Error('There is no run.');
  const record = { ...started, status: 'succeeded', summary: 'summary.json' } as const;
  await deps.objects.put('report.csv', 'id\n');
  await deps.objects.put('report.html', '<p>');
  await deps.objects.put('march/outputs/km/country=AU/0.jsonl', '{}');
  const outputs = { km: [{ key: 'march/outputs/km/country=AU/0.jsonl' }] };
  await deps.objects.put('summary.json', JSON.stringify({ ...summary(60, []), outputs }));
  // A folder takes no file's place.
  await mkdir(join(out, 'march', 'report.html', 'in-the-way'), { recursive: true });
  const target = { deps, flags: ' --pipeline squares' };
  await expect(fetchOutput(target, record, out)).rejects.toThrow(
    /report\.html is a folder: a file belongs here\. Of what run march made, .*march has report\.csv so far\. The run itself is succeeded, and kept: once that is moved away, fetch it with npx microprocess report march --pipeline squares$/,
  );
  expect((await readdir(join(out, 'march'))).sort()).toEqual(['report.csv', 'report.html']);
  await rm(join(out, 'march'), { recursive: true });
  await writeFile(join(out, 'march'), '');
  await expect(fetchOutput(target, record, out)).rejects.toThrow(
    /march is a file: a folder belongs here\. .* has nothing so far\. .*: once that is moved away, fetch/,
  );
  await rm(join(out, 'march'));
  expect((await fetchOutput(target, record, out)).paths.html).toBe(join(out, 'march', 'report.html'));
  expect(await readFile(join(out, 'march', 'outputs', 'km', 'country=AU', '0.jsonl'), 'utf8')).toBe('{}');
  const outside = { km: [{ key: 'march/../../evil' }] };
  await deps.objects.put('summary.json', JSON.stringify({ ...summary(60, []), outputs: outside }));
  await expect(fetchOutput(target, record, out)).rejects.toThrow('outside of its run');
  await rm(out, { recursive: true });
});
