import { expect, test } from 'vitest';
import { comparedWith, previousRun } from '../../../functions/aggregator/previous-run.ts';
import type { Section } from '../../../shared/author/section.ts';
import { NO_COUNTS } from '../../../shared/domain/run.ts';
import type { NewRun, RunRecord } from '../../../shared/ports/run-store.ts';
import { testDeps } from '../../shared/support.ts';

const HOUR = 3_600_000;
const figures = (median: number): Section => ({
  kind: 'figures',
  key: 'km',
  title: 'Distribution of km',
  figures: [
    { key: 'count', label: 'Measured', value: 3 },
    { key: 'median', label: 'Median', value: median, unit: 'km' },
  ],
});

function world() {
  const deps = testDeps();
  const runOf = (run: string, hour: number, over: Partial<NewRun> = {}): NewRun => ({
    run,
    definition: 'd',
    input: 'i',
    params: {},
    limit: null,
    trigger: 'cli',
    startedAt: hour * HOUR,
    deadline: (hour + 24) * HOUR,
    ttl: 9_999_999_999,
    ...over,
  });
  const begun = async (run: string, hour: number, over: Partial<NewRun> = {}): Promise<RunRecord> =>
    (await deps.stores.runs.create(runOf(run, hour, over))).record;
  /** A run that took an hour; its summary is as given. */
  const ended = async (run: string, hour: number, over: Partial<NewRun> = {}, summary: unknown = {}) => {
    await begun(run, hour, over);
    await deps.stores.runs.leaseFinish(run, 'x', 0, 1);
    const counts = { ...NO_COUNTS, total: hour, succeeded: hour };
    const endedAt = (hour + 1) * HOUR;
    await deps.stores.runs.finish(run, 'x', { status: 'succeeded', counts, summary: `${run}/summary.json`, endedAt });
    if (summary !== null) await deps.objects.put(`${run}/summary.json`, JSON.stringify(summary));
  };
  const redrive = (root: string, base = root): NewRun['redrive'] => ({
    root,
    base,
    filter: { statuses: ['FAILED'], reasons: [] },
    closed: null,
    cut: false,
  });
  return { deps, begun, ended, redrive };
}

test('it is the newest that began before and ran to its end, with the same limit', async () => {
  const { deps, begun, ended } = world();
  await ended('older', 1);
  await ended('before', 2, {}, { reasons: [{ reason: 'http-500', count: 2 }], calls: { medianMs: 9, p95Ms: 20 } });
  await ended('a-trial', 3, { limit: 100 });
  await ended('of-given-items', 3, { items: 'handed/x' });
  await begun('cancelled', 4);
  await deps.stores.runs.close('cancelled', 'cancelled');
  await begun('still-going', 5);
  const now = await begun('now', 6);
  await ended('later-and-sooner', 7);
  expect(await previousRun(deps, now)).toEqual({
    run: 'before',
    startedAt: 2 * HOUR,
    isOther: false,
    counts: { ...NO_COUNTS, total: 2, succeeded: 2 },
    tookMs: HOUR,
    reasons: [{ reason: 'http-500', count: 2 }],
    calls: { medianMs: 9, p95Ms: 20 },
    sections: [],
  });
  expect(await previousRun(deps, await begun('trial', 6, { limit: 100, params: { of: 1 } }))).toMatchObject({
    run: 'a-trial',
    isOther: true,
  });
});

test('a run and its redrives are one: the latest counts, and none is compared with itself', async () => {
  const { deps, begun, ended, redrive } = world();
  await ended('first', 1);
  await ended('second', 2);
  await ended('second~2', 3, { redrive: redrive('second') });
  await ended('first~2', 4, { redrive: redrive('first') });
  expect(await previousRun(deps, await begun('third', 5))).toMatchObject({ run: 'second~2', tookMs: null });
  const again = await begun('second~3', 6, { redrive: redrive('second', 'second~2') });
  expect(await previousRun(deps, again)).toMatchObject({ run: 'first~2' });
  expect(await previousRun(deps, await begun('first~3', 6, { redrive: redrive('first', 'first~2') }))).toBeNull();
});

test('of a report that is gone, or of another form, the record is compared; a store that fails costs the comparison alone', async () => {
  const { deps, begun, ended } = world();
  await ended('gone', 1, {}, null);
  const now = await begun('now', 2);
  const bare = { counts: { total: 1 }, tookMs: HOUR, reasons: null, calls: null, sections: [] };
  expect(await previousRun(deps, now)).toMatchObject({ run: 'gone', ...bare });
  await deps.objects.put(
    'gone/summary.json',
    JSON.stringify({ reasons: 'none', calls: 1, sections: [{ kind: 'new' }] }),
  );
  expect(await previousRun(deps, now)).toMatchObject(bare);
  deps.stores.runs.list = async () => {
    throw new Error('The table is away.');
  };
  expect(await previousRun(deps, now)).toBeNull();
});

test('numbers of the same keys are compared; of a distribution its median alone', async () => {
  const { deps, begun, ended } = world();
  await ended('before', 1, {}, { sections: [figures(20)] });
  const before = await previousRun(deps, await begun('now', 2));
  expect(before && comparedWith(before, [figures(22), { ...figures(1), key: 'other' }])).toMatchObject({
    figures: [{ label: 'Median of km', unit: 'km', now: 22, before: 20 }],
  });
});
