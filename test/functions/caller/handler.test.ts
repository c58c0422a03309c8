import { describe, expect, test } from 'vitest';
import { SYSTEM } from '../../../functions/system.ts';
import { cancelTask, createTasks, listTasks, moveTask, showTask } from '../../../shared/control/tasks.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import type { CallRequest } from '../../../shared/ports/caller.ts';
import { loaded } from '../../../testing/loaded-system.ts';
import { MINUTE, PipelineWorld, SECOND } from '../../../testing/pipeline-world.ts';
import { memoryQueue } from '../../../testing/world-queues.ts';
import { testPipeline } from '../../shared/support.ts';

const ANSWER = { kind: 'answer', isJson: true, retryAfter: null, ms: 5 } as const;
const OK: CallResult = { ...ANSWER, httpStatus: 200, body: '{"sent":true}' };

/** The deployed functions of a pipeline with tasks, and what its service was asked. */
async function world(
  answer: (request: CallRequest, call: number) => CallResult = () => OK,
  over: Parameters<typeof testPipeline>[0] = {},
) {
  const asked: (CallRequest & { readonly at: number })[] = [];
  const counted = new Map<string, number>();
  const made = new PipelineWorld(
    {
      pipeline: testPipeline({ tasks: {}, ...over }),
      functions: await loaded(SYSTEM),
      caller: (_, clock) => ({
        async call(request) {
          asked.push({ ...request, at: clock.now() });
          return answer(request, asked.length);
        },
        async close() {},
      }),
      observer: { counted: (name, value) => counted.set(name, (counted.get(name) ?? 0) + value) },
    },
    memoryQueue,
  );
  const at = (ms: number) => new Date(made.now() + ms).toISOString();
  return {
    world: made,
    deps: made.deps,
    asked,
    counted,
    at,
    pass: (ms: number) => made.host.run({ limit: made.now() + ms }),
  };
}

test('tasks are called by what the definition says, each at its time, with the functions as they are declared', async () => {
  const {
    world: made,
    deps,
    asked,
    counted,
    at,
    pass,
  } = await world(undefined, {
    request: (item, { runId, childId }) => ({ item, runId, childId }),
  });
  const now = made.now();
  await createTasks(deps, [
    { id: 'near', executeAt: at(90 * SECOND), item: 1 },
    { id: 'far', executeAt: at(15 * MINUTE), item: 2 },
    { id: 'gone', executeAt: at(15 * MINUTE), item: 3 },
    { id: 'sooner', executeAt: at(90 * MINUTE), item: 4 },
  ]);
  await cancelTask(deps, 'gone');
  await moveTask(deps, 'sooner', at(12 * MINUTE));
  await pass(16 * MINUTE);
  expect(asked.map(({ child, at: time }) => [child, Math.floor((time - now) / 1_000)])).toEqual([
    ['near', 90],
    ['sooner', 720],
    ['far', 900],
  ]);
  expect(asked[0]).toMatchObject({ run: '~tasks', root: '~tasks', attempt: 1, method: 'POST' });
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ item: 1, runId: '~tasks', childId: 'near' });
  expect((await showTask(deps, 'far')).outcome).toMatchObject({ status: 'SUCCEEDED', result: { sent: true } });
  expect((await listTasks(deps, { state: 'CANCELLED' })).tasks.map(({ id }) => id)).toEqual(['gone']);
  expect((await listTasks(deps, {})).tasks).toEqual([]);
  expect(Object.fromEntries(counted)).toMatchObject({ TasksSucceeded: 3, TasksSent: 2 });
  expect(counted.get('TasksLate')).toBeUndefined();
});

describe('an answer means what it means of a child', () => {
  const outcome = async (
    answer: (request: CallRequest, call: number) => CallResult,
    over: Parameters<typeof testPipeline>[0] = {},
  ) => {
    const { deps, asked, at, pass } = await world(answer, over);
    await createTasks(deps, [{ id: 'a', executeAt: at(0), item: 1 }]);
    await pass(5 * MINUTE);
    return { asked, task: await showTask(deps, 'a') };
  };
  const says = (httpStatus: number): CallResult => ({ ...ANSWER, httpStatus, body: '' });

  test('a failure spends tries, up to those of the definition', async () => {
    const { asked, task } = await outcome(() => says(500), { retry: { attempts: 3, baseSeconds: 1 } });
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(task).toMatchObject({ calls: 3, outcome: { status: 'FAILED', reason: 'http-500', attempts: 3 } });
  });

  test('a busy service spends none', async () => {
    const { asked, task } = await outcome((_, call) => (call <= 2 ? says(429) : OK));
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    expect(task).toMatchObject({ calls: 3, tries: 0, outcome: { status: 'SUCCEEDED', attempts: 1 } });
  });

  test('a mapping that fails ends it uncalled', async () => {
    const { asked, task } = await outcome(() => OK, {
      request() {
        throw new Error('no');
      },
    });
    expect(asked).toEqual([]);
    expect(task.outcome).toMatchObject({ status: 'FAILED', reason: 'request-not-mapped' });
  });
});

test('tasks that nobody calls are late, and a round says so', async () => {
  const { world: made, deps, counted, at, pass } = await world();
  await createTasks(deps, [{ id: 'a', executeAt: at(0), item: 1 }]);
  made.optionalQueues.calls?.purge();
  await pass(20 * MINUTE);
  expect(counted.get('TasksLate')).toBeGreaterThan(0);
  expect((await showTask(deps, 'a')).outcome?.status).toBe('SUCCEEDED');
});
