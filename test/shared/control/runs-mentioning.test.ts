import { expect, test } from 'vitest';
import { redriveRun } from '../../../shared/control/redrive.ts';
import { runFamilies, runsMentioning } from '../../../shared/control/runs-mentioning.ts';
import { startRun } from '../../../shared/control/start.ts';
import { wantedOf } from '../../../shared/domain/mentions.ts';
import { peopleWorld, ran } from './item-scene.ts';

test('a text is found in items, results, large values, lines, ids and parameters of ended runs, and nowhere else', async () => {
  const world = peopleWorld();
  await ran(world, 'Quill-2', 0);
  await ran(world, 'with', 1);
  await ran(world, 'large', 2);
  await world.insist((deps) => redriveRun(deps, 'with'));
  await world.runToEnd('with~2');
  const mentioning = async (...texts: string[]) => {
    const found: unknown[] = [];
    let rows = 0;
    const { ended } = await runFamilies(world.deps);
    for await (const each of runsMentioning(world.deps, ended, wantedOf(texts), (more) => {
      rows += more;
    }))
      found.push([each.runs.join(), each.why, each.children]);
    return { found, rows };
  };
  const both = [
    ['with,with~2', 'children', 1],
    ['large', 'children', 1],
  ];
  // Of the redrive only what it made anew is read.
  expect(await mentioning('K-4711')).toEqual({ found: both, rows: 4 * 60 });
  expect((await mentioning('Ann Lee')).found).toEqual(both);
  expect((await mentioning('Ms Lee')).found).toEqual([both[0]]);
  expect((await mentioning('K-471')).found).toEqual([]);
  expect((await mentioning('Quill-2', 'Ms Lee', 'nobody')).found).toEqual([['Quill-2', 'run', 0], both[0]]);
  expect((await mentioning('Quill')).found).toEqual([['Quill-2', 'run', 0], ...both]);

  await world.insist((deps) => startRun(deps, { runId: 'going', params: { ann: 1 } }, 'cli'));
  const { ended, unended } = await runFamilies(world.deps);
  expect(ended.map((family) => family.map(({ run }) => run))).toEqual([['Quill-2'], ['with', 'with~2'], ['large']]);
  expect(unended.flat().map(({ run }) => run)).toEqual(['going']);
});
