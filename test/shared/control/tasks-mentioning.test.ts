import { expect, test } from 'vitest';
import { findItem, purgeItem } from '../../../shared/control/purge-item.ts';
import { cancelTask, createTasks } from '../../../shared/control/tasks.ts';
import type { Held } from '../../../shared/domain/held.ts';
import type { Json } from '../../../shared/domain/json.ts';
import type { Eraser } from '../../../shared/ports/eraser.ts';
import { testDeps, testPipeline } from '../support.ts';

function eraserOf(erased: string[]): Eraser {
  return {
    eraseRecords: async () => 0,
    eraseObjects: async () => 0,
    handedOver: async () => [],
    eraseHandedOver: async () => {},
    eraseTaskResults: async (keys) => void erased.push(...keys),
    eraseRefusals: async () => {},
    close() {},
  };
}

test('all that tasks keep of an item is found and forgotten; ids stay used, and what waits is named', async () => {
  const deps = testDeps(testPipeline({ tasks: {} }));
  const create = (tasks: Readonly<Record<string, Json>>) =>
    createTasks(
      deps,
      Object.entries(tasks).map(([id, item]) => ({ id, executeAt: 0, item })),
    );
  const end = async (id: string, result: Held) => {
    const by = `by-${id}`;
    const claimed = await deps.calls.claim(id, 0, { by, deadline: deps.clock.now() + 1_000 }, deps.clock.now());
    if (!claimed) throw new Error(`Task ${id} can't be claimed.`);
    const at = deps.clock.now();
    const outcome = { status: 'SUCCEEDED', reason: null, result, attempts: 1, ms: 5, at } as const;
    await deps.calls.settle(claimed, { outcome, late: 0 }, at + 1_000_000);
  };
  await create({ item: { to: 'Ann Lee' }, answer: 1, large: 2, other: { to: 'Anna' }, waits: ['Ann Lee'] });
  await create({ cancelled: 'for Ann Lee' });
  await cancelTask(deps, 'cancelled');
  await deps.objects.put('~tasks/results/large.json', '{"said":"Ann Lee"}', 'application/json');
  await end('item', 'sent');
  await end('answer', { said: 'to Ann Lee' });
  await end('large', { $object: '~tasks/results/large.json' });
  await end('other', 'sent');

  const erased: string[] = [];
  const eraser = eraserOf(erased);
  const traces = await findItem(deps, eraser, ['Ann Lee']);
  expect(traces.tasks.unended).toEqual(['waits']);
  const { tasks } = await purgeItem(deps, eraser, traces);
  expect([...tasks].sort()).toEqual(['answer', 'cancelled', 'item', 'large']);
  expect(erased).toEqual(['~tasks/results/large.json']);
  for (const id of tasks) expect(await deps.calls.read(id)).toMatchObject({ item: null, outcome: { result: null } });
  expect(await deps.calls.read('other')).toMatchObject({ item: { to: 'Anna' }, outcome: { result: 'sent' } });
  expect((await findItem(deps, eraser, ['Ann Lee'])).tasks.ended).toEqual([]);
  // The same request again is the same task still, and calls nobody.
  const [again] = await createTasks(deps, [{ id: 'item', executeAt: 0, item: { to: 'Ann Lee' } }]);
  expect(again).toMatchObject({ created: false, task: { outcome: { status: 'SUCCEEDED' } } });
});
