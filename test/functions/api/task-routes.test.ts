import { beforeEach, describe, expect, test } from 'vitest';
import { taskAnswers, taskList, taskResource } from '../../../shared/domain/http-api/tasks.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';

const TASKS = '/pipelines/squares/tasks';
const HOUR_MS = 3_600_000;
let here: ApiWorld;
beforeEach(async () => {
  here = await apiWorld({ tasks: {} });
});

const at = (ms: number) => new Date(here.world.now() + ms).toISOString();
const taskIn = async (answer: Response) => taskResource.parse(await answer.json());
const typeIn = async (answer: Response) => [
  answer.status,
  JSON.parse(await answer.text()).type.replace('urn:problem-type:microprocess:', ''),
];
const create = (body: object, headers: object = {}) => here.ask('POST', TASKS, { body, ...headers });

test('a request that waits gets the answer of its own call, within a second or two of that', async () => {
  const since = here.world.now();
  const answer = await here.wait('POST', TASKS, { body: { executeAt: 0, item: { n: 7 } }, prefer: 'wait=20' });
  expect(answer.status).toBe(200);
  expect(await taskIn(answer)).toMatchObject({ state: 'SUCCEEDED', calls: 1, outcome: { result: { n: 7 } } });
  expect(here.world.now() - since).toBeLessThan(5_000);
});

test('a task is created once, shown, moved and cancelled', async () => {
  const body = { id: 'one', executeAt: at(HOUR_MS), item: 1 };
  const created = await create(body);
  expect([created.status, created.headers.get('location')]).toEqual([201, `${TASKS}/one`]);
  expect(await taskIn(created)).toMatchObject({ state: 'pending', calls: 0, outcome: null });
  expect((await create(body)).status).toBe(200);
  expect(await typeIn(await create({ ...body, item: 2 }))).toEqual([409, 'task-conflict']);

  const shown = await here.ask('GET', `${TASKS}/one`);
  expect([shown.status, shown.headers.get('retry-after')]).toEqual([202, '60']);
  const executeAt = at(2 * HOUR_MS);
  const moved = await here.ask('PATCH', `${TASKS}/one`, { body: { executeAt } });
  expect((await taskIn(moved)).executeAt).toBe(executeAt);
  expect(await taskIn(await here.ask('DELETE', `${TASKS}/one`))).toMatchObject({ state: 'CANCELLED', calls: 0 });
  expect(await typeIn(await here.ask('PATCH', `${TASKS}/one`, { body: { executeAt } }))).toEqual([
    409,
    'task-has-ended',
  ]);
  expect((await here.ask('GET', `${TASKS}/one`)).status).toBe(200);
});

test('of several each has an answer, and they are listed page by page', async () => {
  await create({ id: 'b', executeAt: at(HOUR_MS), item: 'other' });
  const tasks = ['a', 'b', 'c'].map((id) => ({ id, executeAt: at(HOUR_MS), item: id }));
  const answers = taskAnswers.parse(await (await create({ tasks })).json());
  expect(answers.tasks.map(({ id, status }) => [id, status])).toEqual([
    ['a', 201],
    ['b', 409],
    ['c', 201],
  ]);

  const first = taskList.parse(await (await here.ask('GET', `${TASKS}?limit=2`)).json());
  const second = taskList.parse(await (await here.ask('GET', first.next ?? '')).json());
  expect([...first.tasks, ...second.tasks].map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
  expect(second.next).toBeNull();

  const cancelled = await here.ask('DELETE', TASKS, { body: { ids: ['a', 'x'] } });
  expect(taskAnswers.parse(await cancelled.json()).tasks.map(({ id, status }) => [id, status])).toEqual([
    ['a', 200],
    ['x', 404],
  ]);
});

describe('an Idempotency-Key', () => {
  const keyed = { 'idempotency-key': 'k' };

  test('is one task of its caller, whose body stays', async () => {
    const body = { executeAt: at(HOUR_MS), item: 1 };
    const { id } = await taskIn(await create(body, keyed));
    const again = await create(body, keyed);
    expect([again.status, (await taskIn(again)).id]).toEqual([200, id]);
    expect(await typeIn(await create({ ...body, item: 2 }, keyed))).toEqual([422, 'key-reused']);
    expect((await taskIn(await create(body, { ...keyed, 'x-caller': 'bob' }))).id).not.toBe(id);
  });

  test('names neither a task that has an id nor several', async () => {
    const body = { executeAt: 0, item: 1 };
    expect((await create({ ...body, id: 'a' }, keyed)).status).toBe(400);
    expect((await create({ tasks: [body] }, keyed)).status).toBe(400);
  });
});

test.each<[string, string, string, object, number, string]>([
  ['no item', 'POST', TASKS, { body: { executeAt: 0 } }, 400, 'bad-request'],
  ['no zone', 'POST', TASKS, { body: { executeAt: '2027-01-31T14:07:31', item: 1 } }, 400, 'bad-request'],
  ['an unknown field', 'POST', TASKS, { body: { executeAt: 0, item: 1, when: 0 } }, 400, 'bad-request'],
  [
    'one of several that is wrong',
    'POST',
    TASKS,
    { body: { tasks: [{ executeAt: 0, item: 1 }, {}] } },
    400,
    'bad-request',
  ],
  ['none of several', 'POST', TASKS, { body: { tasks: [] } }, 400, 'bad-request'],
  ['a task that is not there', 'GET', `${TASKS}/x`, {}, 404, 'task-not-found'],
  ['an id of another form', 'GET', `${TASKS}/a%20b`, {}, 400, 'bad-request'],
  ['a page of another making', 'GET', `${TASKS}?cursor=x`, {}, 400, 'bad-request'],
  ['too large a page', 'GET', `${TASKS}?limit=101`, {}, 400, 'bad-request'],
  ['a caller without the right', 'DELETE', `${TASKS}/x`, { 'x-caller': 'guest' }, 403, 'forbidden'],
])('%s is refused, and nothing stored', async (_, method, path, request, status, type) => {
  expect(await typeIn(await here.ask(method, path, { ...request }))).toEqual([status, type]);
  expect(taskList.parse(await (await here.ask('GET', TASKS)).json()).tasks).toEqual([]);
});

test('a pipeline without tasks says so', async () => {
  const without = await apiWorld();
  expect(await typeIn(await without.ask('GET', TASKS))).toEqual([404, 'no-tasks']);
});
