import { beforeEach, describe, expect, test } from 'vitest';
import { callStore } from '../../../shared/adapters/dynamodb/calls.ts';
import { keysOf } from '../../../shared/adapters/dynamodb/keys.ts';
import {
  cancelTask,
  cancelTasks,
  createTasks,
  listTasks,
  MOST_TASKS,
  moveTask,
  showTask,
  type TaskAnswer,
  type TaskDeps,
} from '../../../shared/control/tasks.ts';
import { LEAD_MS, NEAR_MS, patienceOf, settlementOf } from '../../../shared/domain/call.ts';
import type { CallMessage } from '../../../shared/domain/call-message.ts';
import { forwarderTimeoutSeconds } from '../../../shared/domain/capacity.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { SIZES } from '../../../shared/domain/limits.ts';
import type { Outgoing } from '../../../shared/ports/queue.ts';
import { faultAt } from '../../../testing/fault-plans.ts';
import { Crash, type Fault, Faults } from '../../../testing/faults.ts';
import { MemoryTable } from '../../../testing/memory-table.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { HandClock, NOW, testPipeline } from '../support.ts';

const SECOND = Math.floor(NOW / 1_000);
const iso = (second: number) => new Date(second * 1_000).toISOString();
const MARK = { by: 'forwarder', deadline: NOW + 60_000 };
const SUCCESS = { status: 'SUCCEEDED', reason: null, result: 1, attempts: 1, ms: 5 } as const;

class Sent {
  readonly sent: Outgoing<CallMessage>[] = [];
  async send(messages: readonly Outgoing<CallMessage>[]): Promise<void> {
    this.sent.push(...messages);
  }
  /** Calls that were sent, with the turn and delay of each. */
  get calls() {
    return this.sent.flatMap(({ message, delaySeconds }) =>
      message.calls.map(([id, turn]) => [id, turn, delaySeconds]),
    );
  }
}

const make = () => {
  const queue = new Sent();
  const clock = new HandClock();
  const pipeline = testPipeline({ tasks: {} });
  const counted: string[] = [];
  const metrics = { count: (name: string) => void counted.push(name), observe() {}, flush() {} };
  const calls = callStore(new MemoryTable(), keysOf(pipeline.name));
  const deps: TaskDeps = { queues: { calls: queue }, clock, random: new SeededRandom(1), metrics, pipeline, calls };
  return { deps, queue, clock, counted, patience: patienceOf(forwarderTimeoutSeconds(pipeline.endpoint)) };
};
let { deps, queue, clock, patience } = make();
beforeEach(() => {
  ({ deps, queue, clock, patience } = make());
});

const create = async (...requests: object[]) => createTasks(deps, requests);
const codes = (answers: readonly TaskAnswer[]) =>
  answers.map((answer) => ('error' in answer ? answer.error.code : answer.created));
const claim = async (id: string, turn = 0) =>
  (await deps.calls.claim(id, turn, MARK, clock.now())) ?? expect.fail(`${id} was not claimed`);
const succeed = async (id: string) => {
  const claimed = await claim(id);
  const settlement = settlementOf(claimed, { kind: 'ended', outcome: SUCCESS }, NOW, NOW, patience);
  expect(await deps.calls.settle(claimed, settlement, NOW)).toBe(true);
};

describe('creating', () => {
  test.each([
    ['UNIX seconds', SECOND + 90, NOW + 90_000, 90],
    ['a date with its zone', iso(SECOND + 90), NOW + 90_000, 90],
    ['a fraction of a second, by which its message comes early', '2026-11-03T13:00:00.999+01:00', NOW + 999, 0],
    ['a past time, which is now', SECOND - 5, NOW - 5_000, 0],
  ])('at %s: it is sent at once, delayed', async (_, executeAt, wanted, delay) => {
    const [answer] = await create({ id: 'a', executeAt, item: { to: 'x' } });
    expect(answer).toMatchObject({ id: 'a', created: true, task: { wanted, item: { to: 'x' } } });
    expect(queue.calls).toEqual([['a', 0, delay]]);
  });

  test('a far one is left to a round, three minutes before', async () => {
    const far = NOW + NEAR_MS + 1_000;
    await create({ id: 'a', executeAt: SECOND + NEAR_MS / 1_000 + 1, item: null });
    expect(queue.sent).toEqual([]);
    expect(await deps.calls.due(far - LEAD_MS - 1, 9)).toEqual([]);
    expect(await deps.calls.due(far - LEAD_MS, 9)).toMatchObject([{ id: 'a', sent: false }]);
  });

  test('the same id and body is the same task, and is sent again; another body is a conflict', async () => {
    const body = { id: 'a', executeAt: iso(SECOND + 9), item: { a: 1, b: [2] } };
    await create(body);
    const again = await create(
      { ...body, executeAt: SECOND + 9, item: { b: [2], a: 1 } },
      { ...body, latest: SECOND + 10 },
    );
    expect(codes(again)).toEqual([false, 'task-conflict']);
    expect(codes(await create({ ...body, item: { a: 1 } }, { ...body, executeAt: SECOND, id: 'b' }))).toEqual([
      'task-conflict',
      true,
    ]);
    expect(queue.calls.map(([id]) => id)).toEqual(['a', 'a', 'b']);
  });

  test('one that has ended, or is being called, is not sent again', async () => {
    const bodies = ['a', 'b'].map((id) => ({ id, executeAt: SECOND, item: null }));
    await create(...bodies);
    await succeed('a');
    await claim('b');
    expect(codes(await create(...bodies))).toEqual([false, false]);
    expect(queue.calls).toHaveLength(2);
  });

  test.each([
    ['no task', [], /^tasks: /],
    ['too many', Array.from({ length: MOST_TASKS + 1 }, () => ({})), /^tasks: /],
    ['no list', { executeAt: SECOND, item: 1 }, /^tasks: /],
    ['a malformed id', [{ id: 'a/b', executeAt: SECOND, item: 1 }], /^tasks\[0\].id: must match/],
    ["a redrive's id", [{ id: 'a~2', executeAt: SECOND, item: 1 }], /^tasks\[0\].id: must match/],
    ['no time', [{ item: 1 }], /^tasks\[0\].executeAt: must be UNIX seconds/],
    ['a time without a zone', [{ executeAt: '2027-01-01T10:00:00', item: 1 }], /executeAt: must be UNIX seconds/],
    ['milliseconds', [{ executeAt: NOW, item: 1 }], /executeAt: must be UNIX seconds/],
    ['half a second of UNIX time', [{ executeAt: SECOND + 0.5, item: 1 }], /executeAt: must be UNIX seconds/],
    ['no item', [{ executeAt: SECOND }], /^tasks\[0\].item: must be there/],
    ['what is no JSON', [{ executeAt: SECOND, item: { at: new Date(0) } }], /^tasks\[0\].item /],
    ['a large item', [{ executeAt: SECOND, item: 'x'.repeat(SIZES.inlineBytes) }], /^tasks\[0\].item: is 32770 bytes/],
    ['a latest time before', [{ executeAt: SECOND, latest: SECOND - 1, item: 1 }], /^tasks\[0\].latest: must not be/],
    ['an unknown field', [{ executeAt: SECOND, item: 1, lates: 1 }], /^tasks\[0\]: .*lates/],
  ])('%s is refused by its place, and nothing is stored', async (_, requests, message) => {
    const list = Array.isArray(requests) && requests.length === 1 ? [{ id: 'ok', executeAt: SECOND, item: 1 }] : [];
    const all = Array.isArray(requests) ? [...requests, ...list] : requests;
    const refused = await createTasks(deps, all).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InputError);
    expect(refused).toMatchObject({ message: expect.stringMatching(message) });
    expect(await deps.calls.read('ok')).toBeNull();
    expect(queue.sent).toEqual([]);
  });

  test('a thousand are answered in their order, and go in messages of 64', async () => {
    const tasks = Array.from({ length: MOST_TASKS }, (_, i) => ({ executeAt: SECOND + (i % 2), item: i }));
    const answers = await create(...tasks);
    expect(answers.map((answer) => ('task' in answer ? answer.task.item : answer.error))).toEqual(
      tasks.map(({ item }) => item),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(MOST_TASKS);
    expect(queue.sent.map(({ message }) => message.calls.length)).toEqual([
      ...[64, 64, 64, 64, 64, 64, 64, 52],
      ...[64, 64, 64, 64, 64, 64, 64, 52],
    ]);
  });

  test.each<Exclude<Fault, object>>(['crash-before', 'crash-after', 'throttle', 'lose-answer', 'partial'])(
    '%s at each port call: what was stored will be seen by a round, and repeating the request sends all of it',
    async (fault) => {
      const bodies = ['a', 'b', 'c'].map((id, i) => ({ id, executeAt: SECOND + i, item: null }));
      let number = 0;
      for (let isHit = true; isHit; ) {
        number += 1;
        const { deps, queue } = make();
        const faults = new Faults({ plan: faultAt(number, fault) });
        const process = faults.process('api');
        const behind = {
          ...deps,
          calls: process.wrap('calls', deps.calls),
          queues: { calls: process.wrap('queue', queue) },
        };
        const failed = await createTasks(behind, bodies).catch((error: unknown) => error);
        isHit = faults.calls >= number;
        if (fault.startsWith('crash') && isHit) expect(failed).toBeInstanceOf(Crash);
        const stored = (await Promise.all(bodies.map(({ id }) => deps.calls.read(id)))).flatMap(
          (task) => task?.id ?? [],
        );
        const seen = await deps.calls.due(NOW + 2_000 + patience, 9);
        expect(seen.map(({ id }) => id)).toEqual(stored);
        await createTasks(deps, bodies);
        expect(new Set(queue.calls.slice(-3).map(([id]) => id))).toEqual(new Set(['a', 'b', 'c']));
      }
      // Three tasks, and their one or more sends.
      expect(number).toBeGreaterThan(4);
    },
  );
});

describe('moving', () => {
  beforeEach(() => create({ id: 'a', executeAt: SECOND + 5, latest: SECOND + 86_400, item: null }));

  test('nearer and farther: the message of the time before is void', async () => {
    expect(await moveTask(deps, 'a', SECOND + 3_600)).toMatchObject({ turn: 1, wanted: NOW + 3_600_000 });
    clock.pass(5_000);
    expect(await deps.calls.claim('a', 0, MARK, clock.now())).toBeNull();
    expect(await moveTask(deps, 'a', iso(SECOND + 65))).toMatchObject({ turn: 2, due: NOW + 65_000 });
    expect(queue.calls).toEqual([
      ['a', 0, 5],
      ['a', 2, 60],
    ]);
  });

  test('to the time that it has: it is sent again, for a mover may have died before', async () => {
    await moveTask(deps, 'a', SECOND + 5);
    expect(queue.calls).toEqual([
      ['a', 0, 5],
      ['a', 0, 5],
    ]);
  });

  test('is refused by what became of it', async () => {
    await expect(moveTask(deps, 'b', SECOND)).rejects.toMatchObject({ code: 'task-not-found' });
    await expect(moveTask(deps, 'a b', SECOND)).rejects.toThrow(/^id: must match/);
    await expect(moveTask(deps, 'a', 'tomorrow')).rejects.toThrow(/^executeAt: must be .* \(received "tomorrow"\)/);
    await expect(moveTask(deps, 'a', SECOND + 86_401)).rejects.toThrow(/latest time, 2026-11-04T12:00:00.000Z/);
    clock.pass(5_000);
    await claim('a');
    await expect(moveTask(deps, 'a', SECOND)).rejects.toMatchObject({ code: 'task-is-called' });
    await deps.calls.release('a', MARK.by, false);
    await succeed('a');
    await expect(moveTask(deps, 'a', SECOND)).rejects.toMatchObject({ code: 'task-has-ended', status: 'SUCCEEDED' });
  });
});

describe('cancelling', () => {
  beforeEach(() => create({ id: 'a', executeAt: SECOND, item: null }));

  test('of what was never called; repeating it changes nothing', async () => {
    const cancelled = await cancelTask(deps, 'a');
    expect(cancelled).toMatchObject({ calls: 0, outcome: { status: 'CANCELLED', reason: 'cancelled', attempts: 0 } });
    clock.pass(1_000);
    expect(await cancelTask(deps, 'a')).toEqual(cancelled);
    expect(await showTask(deps, 'a')).toEqual(cancelled);
    expect(await deps.calls.claim('a', 0, MARK, clock.now())).toBeNull();
  });

  test('is refused while it is called, and once it has ended; a holder that died holds it no longer', async () => {
    await claim('a');
    await expect(cancelTask(deps, 'a')).rejects.toMatchObject({ code: 'task-is-called' });
    clock.pass(62_000);
    expect(await cancelTask(deps, 'a')).toMatchObject({ calls: 1, mark: null, outcome: { attempts: 1 } });
    await create({ id: 'b', executeAt: SECOND, item: null });
    await succeed('b');
    const refused = { code: 'task-has-ended', status: 'SUCCEEDED', calls: 1, message: /after a call/ };
    await expect(cancelTask(deps, 'b')).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/after a call/),
    });
  });

  test('against a claim, in any order of their steps: one wins, and the other is told', async () => {
    const won = new Set<string>();
    for (let delay = 0; delay < 4; delay++) {
      ({ deps, queue, clock, patience } = make());
      await create({ id: 'a', executeAt: SECOND, item: null });
      const [cancelled, claimed] = await Promise.allSettled([cancelTask(deps, 'a'), later(delay, () => claim('a'))]);
      expect([cancelled.status, claimed.status].sort()).toEqual(['fulfilled', 'rejected']);
      won.add(cancelled.status === 'fulfilled' ? 'cancel' : 'claim');
    }
    expect(won).toEqual(new Set(['cancel', 'claim']));
  });

  test('of many: an answer each, in their order', async () => {
    await create({ id: 'b', executeAt: SECOND, item: null });
    await claim('b');
    expect(codes(await cancelTasks(deps, ['none', 'a', 'b']))).toEqual(['task-not-found', false, 'task-is-called']);
    await expect(cancelTasks(deps, ['a', 'b/c'])).rejects.toThrow(/^ids\[1\]: must match/);
  });
});

test('lists by state and time, page by page', async () => {
  const tasks = ['a', 'b', 'c', 'd'].map((id, i) => ({ id, executeAt: SECOND + 3_600 * (i + 1), item: i }));
  await create(...tasks);
  await cancelTasks(deps, ['b', 'd']);
  const ids = async (query: object) => (await listTasks(deps, query)).tasks.map(({ id }) => id);
  expect(await ids({})).toEqual(['a', 'c']);
  expect(await ids({ state: 'CANCELLED' })).toEqual(['b', 'd']);
  expect(await ids({ state: 'CANCELLED', from: iso(SECOND + 7_201) })).toEqual(['d']);
  const { cursor } = await listTasks(deps, { limit: 1 });
  expect(await ids({ cursor })).toEqual(['c']);
  for (const query of [{ state: 'done' }, { limit: 0 }, { cursor: 'x' }, { until: 'soon' }, { more: 1 }])
    await expect(listTasks(deps, query)).rejects.toBeInstanceOf(InputError);
});

/** Begins work so many microtasks later. */
async function later<T>(microtasks: number, work: () => Promise<T>): Promise<T> {
  for (let i = 0; i < microtasks; i++) await null;
  return work();
}
