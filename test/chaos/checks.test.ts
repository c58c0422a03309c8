import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { checkQueues, checkRun } from './checks.ts';
import { splitterKills } from './kills.ts';
import { chaosPipeline } from './pipeline.ts';
import { World } from './world.ts';

/** What finds faults must find those that are planted: each of these spoils a run that ended well. */
async function ended(): Promise<World> {
  const world = new World({ pipeline: chaosPipeline({ children: 20 }) });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.runToEnd('r');
  await world.drain();
  expect((await checkRun(world, 'r')).problems).toEqual([]);
  return world;
}

const CSV = 'r/report.csv';

async function edit(world: World, change: (lines: string[]) => string[]): Promise<void> {
  const lines = Buffer.from(await world.objects.get(CSV))
    .toString('utf8')
    .split('\n');
  await world.objects.put(CSV, change(lines).join('\n'));
}

test.each<[string, (lines: string[]) => string[], object, RegExp]>([
  ['a lost row', (lines) => lines.toSpliced(5, 1), { lost: 1, twice: 0 }, /1 children have no row/],
  ['a row twice', (lines) => lines.toSpliced(5, 0, lines[5] ?? ''), { lost: 0, twice: 1 }, /1 rows are there twice/],
  [
    'two rows in the wrong order',
    (lines) => lines.toSpliced(5, 2, lines[6] ?? '', lines[5] ?? ''),
    {},
    /Row 4 is 0-0.0.5/,
  ],
  [
    "another child's answer",
    (lines) => lines.map((line) => line.replace(/^(0-0.0.3,3,1),\d+/, '$1,1')),
    {},
    /another item: 1/,
  ],
  [
    'another status',
    (lines) => lines.map((line) => line.replace(/^(0-0.0.3,.*)SUCCEEDED,/, '$1FAILED,no')),
    {},
    /counts/,
  ],
])('%s is found', async (_, change, expected, problem) => {
  const world = await ended();
  await edit(world, change);
  const findings = await checkRun(world, 'r');
  expect(findings).toMatchObject(expected);
  expect(findings.problems.join('\n')).toMatch(problem);
});

test('a second mail, a call too many, a message too many and a run without end are found', async () => {
  const world = await ended();
  const [mail] = world.mailer.sent;
  if (mail) await world.mailer.send(mail);
  world.journal.called('r', '0-0.0.7', 0);
  world.journal.sends.set('r/0-0-0/0', new Map([[1, 2]]));
  const { mailsTooMany, problems } = await checkRun(world, 'r');
  expect(mailsTooMany).toBe(1);
  expect(problems).toEqual([
    expect.stringMatching(/Child 0-0.0.7 was called 2 times: 1 attempts/),
    expect.stringMatching(/Turn 1 of slot r\/0-0-0\/0 was sent 2 times/),
    expect.stringMatching(/sent 2 mails/),
  ]);
  expect(await checkRun(world, 'nobody')).toMatchObject({ stuck: 1 });
});

test('messages that are left behind are found', async () => {
  const world = await ended();
  await world.queues.aggregate.send([{ message: { left: 'behind' } }]);
  expect(await checkQueues(world)).toEqual(['Queue aggregate still holds 1 messages.']);
});

test('splitters that are killed over and over lose nothing, and double nothing', async () => {
  const result = await splitterKills({ items: 30_000, kills: 40, seed: 5 });
  expect(result).toMatchObject({ kills: 40, missing: 0, twice: 0 });
});
