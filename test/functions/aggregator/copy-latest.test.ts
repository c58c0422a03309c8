import { expect, test } from 'vitest';
import { copyLatest } from '../../../functions/aggregator/copy-latest.ts';
import type { Redrive } from '../../../shared/domain/redrive.ts';
import type { NewestCopy } from '../../../shared/ports/objects.ts';
import { reportKeys } from '../../../shared/storage/report-keys.ts';
import { aRun, FRESH } from '../../contracts/fixtures.ts';
import { endedRun } from './ended-run.ts';

const WHOLE = { limit: null };
const REDRIVE: Redrive = {
  base: 'may',
  root: 'may',
  filter: { statuses: ['FAILED'], reasons: [] },
  closed: null,
  cut: false,
};

type Ended = readonly [Partial<typeof FRESH>, string?];

/** A bucket with the reports of these runs; gives what `latest/` holds after each has ended, in this order. */
async function latestAfter(ended: readonly Ended[]) {
  const { deps } = await endedRun();
  const copies: (NewestCopy & { readonly from: string })[] = [];
  const copy = deps.objects.copyNewest.bind(deps.objects);
  deps.objects.copyNewest = async (from, one) => {
    copies.push({ from, ...one });
    return copy(from, one);
  };
  await deps.stores.runs.create(aRun({ ...WHOLE, run: 'may', startedAt: 5 }));
  const latest: (string | null)[] = [];
  for (const [over, status = 'succeeded'] of ended) {
    const record = { ...FRESH, ...WHOLE, ...over };
    for (const key of Object.values(reportKeys(record.run))) await deps.objects.put(key, record.run);
    const view = { status: status === 'failed' ? 'failed' : 'succeeded' } as const;
    await copyLatest(deps, record, view, status === 'huge' ? 6 * 2 ** 30 : 5);
    const held = await Promise.all(
      ['report.csv', 'report.html', 'summary.json'].map((name) =>
        deps.objects.get(`latest/${name}`).then(
          (bytes) => Buffer.from(bytes).toString(),
          () => null,
        ),
      ),
    );
    expect(new Set(held).size).toBe(1);
    latest.push(held[0] ?? null);
  }
  return { latest, copies };
}

test.each<[string, readonly Ended[], readonly (string | null)[]]>([
  ['a later run', [[{ run: 'may', startedAt: 5 }], [{ run: 'june', startedAt: 6 }]], ['may', 'june']],
  [
    'not an older one that ends later',
    [[{ run: 'june', startedAt: 6 }], [{ run: 'may', startedAt: 5 }]],
    ['june', 'june'],
  ],
  ['the same run again', [[{ run: 'may', startedAt: 5 }], [{ run: 'may', startedAt: 5 }]], ['may', 'may']],
  [
    'a redrive of the latest, and none of an older one',
    [
      [{ run: 'may', startedAt: 5 }],
      [{ run: 'may~2', startedAt: 8, redrive: REDRIVE }],
      [{ run: 'june', startedAt: 6 }],
      [{ run: 'may~3', startedAt: 9, redrive: REDRIVE }],
    ],
    ['may', 'may~2', 'june', 'june'],
  ],
  ['no run that failed', [[{ run: 'may' }, 'failed']], [null]],
  ['no run of a limit', [[{ run: 'may', limit: 3 }]], [null]],
  ['no run of items that were handed over', [[{ run: 'may', items: 'a.jsonl' }]], [null]],
  ['no report that S3 cannot copy', [[{ run: 'may' }, 'huge']], [null]],
])('latest/ becomes the report of %s', async (_, ended, latest) => {
  expect((await latestAfter(ended)).latest).toEqual(latest);
});

test('copies say what they are, and a browser saves them under a name that stays', async () => {
  const { copies } = await latestAfter([[{ run: 'may' }]]);
  expect(copies.map(({ from, to, contentType, disposition }) => [from, to, contentType, disposition])).toEqual([
    ['may/report.csv', 'latest/report.csv', 'text/csv; charset=utf-8', 'attachment; filename="squares.csv"'],
    ['may/report.html', 'latest/report.html', 'text/html; charset=utf-8', 'inline; filename="squares.html"'],
    ['may/summary.json', 'latest/summary.json', 'application/json', 'inline; filename="squares.json"'],
  ]);
});

test('a copy that the store refuses fails no run, and is logged', async () => {
  const { deps } = await endedRun();
  deps.objects.copyNewest = async () => {
    throw new Error('Not implemented here.');
  };
  await copyLatest(deps, { ...FRESH, ...WHOLE }, { status: 'succeeded' }, 5);
  expect(deps.lines).toContainEqual(
    expect.objectContaining({ level: 'error', message: 'The latest report could not be replaced by this one.' }),
  );
});
