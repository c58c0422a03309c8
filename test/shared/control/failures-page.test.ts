import { expect, test } from 'vitest';
import { failures } from '../../../shared/control/failures.ts';
import { type FailuresWanted, failuresPage } from '../../../shared/control/failures-page.ts';
import { redriveRun } from '../../../shared/control/redrive.ts';
import { startRun } from '../../../shared/control/start.ts';
import { chaosPipeline } from '../../chaos/pipeline.ts';
import { answers } from '../../chaos/service.ts';
import { MINUTE, SECOND, World } from '../../chaos/world.ts';

/** Every tenth is refused; those of the hundreds with another code. */
function world(): World {
  return new World({
    pipeline: chaosPipeline({ children: 1_200, perSlice: 700 }),
    service: (i) => (i % 10 === 7 ? answers(i, { httpStatus: i % 100 === 7 ? 404 : 422, body: '' }) : answers(i)),
  });
}

async function paged({ deps }: World, run: string, wanted: Partial<FailuresWanted> = {}): Promise<string[]> {
  const ids: string[] = [];
  let next: string | null | undefined;
  for (let pages = 0; next !== null; pages++) {
    expect(pages).toBeLessThan(100);
    const page = await failuresPage(deps, run, { most: 7, budgetMs: MINUTE, ...wanted, behind: next });
    expect(page.failures.length).toBeLessThanOrEqual(7);
    ids.push(...page.failures.map(({ id }) => id));
    next = page.next;
  }
  return ids;
}

async function whole({ deps }: World, run: string, reason?: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of failures(deps, run, { reason })) ids.push(id);
  return ids;
}

test('pages are the whole, piece by piece: while a run goes on, when it has ended, and in a redrive', async () => {
  const here = world();
  await here.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await here.host.run({ until: () => here.journal.calls.size > 600, limit: here.now() + MINUTE });
  const before = await whole(here, 'r');
  expect(before.length).toBeGreaterThan(10);
  expect(await paged(here, 'r')).toEqual(before);

  await here.runToEnd('r');
  const after = await whole(here, 'r');
  expect(after).toHaveLength(120);
  expect(await paged(here, 'r')).toEqual(after);
  expect(await paged(here, 'r', { reason: 'http-404' })).toEqual(await whole(here, 'r', 'http-404'));
  expect(await paged(here, 'r', { text: '"I":107,' })).toHaveLength(1);
  // Without any time a page still gets a step further.
  expect(await paged(here, 'r', { reason: 'http-404', text: 'nowhere', budgetMs: 0 })).toEqual([]);

  await here.insist((deps) => redriveRun(deps, 'r'));
  let again: string[] = [];
  while (again.length === 0) {
    await here.host.run({ until: () => false, limit: here.now() + SECOND / 10 });
    again = await whole(here, 'r~2');
  }
  expect(await paged(here, 'r~2')).toEqual(again);
});
