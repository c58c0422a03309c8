import { readFileSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { expect, test } from 'vitest';
import { book, OUTBOX, relay } from '../../docs/examples/task-outbox.ts';
import { listTasks, showTask } from '../../shared/control/tasks.ts';
import { HOUR } from '../../testing/pipeline-world.ts';
import { apiWorld } from '../functions/api/api-world.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the outbox of docs/tasks.md: a row and its task or neither, once, whatever the relay dies of', async () => {
  expect(text('docs/tasks.md')).toContain(text('docs/examples/task-outbox.ts'));
  const here = await apiWorld({ tasks: {} });
  const db = await PGlite.create();
  await db.exec(`CREATE TABLE bookings (id text PRIMARY KEY, guest text NOT NULL); ${OUTBOX}`);
  const post = async (body: object) => here.ask('POST', '/pipelines/squares/tasks', { body });
  const remindAt = new Date(here.world.now() + HOUR);
  const left = async () => (await db.query('SELECT id, refused FROM task_outbox ORDER BY id')).rows;
  const listed = async () => (await listTasks(here.deps, {})).tasks.map(({ id }) => id);

  await book(db, { id: 'b-1', guest: 'ann', remindAt });
  await expect(book(db, { id: 'b-1', guest: 'bob', remindAt })).rejects.toThrow();
  expect(await left()).toEqual([{ id: 'b-1', refused: null }]);

  const dies = async (body: object) => {
    await post(body);
    throw new Error('The relay dies before it has its answer.');
  };
  await expect(relay(db, dies)).rejects.toThrow('dies');
  expect([await left(), await listed()]).toEqual([[{ id: 'b-1', refused: null }], ['b-1']]);
  expect(await relay(db, post)).toBe(1);
  expect([await left(), await listed()]).toEqual([[], ['b-1']]);

  // Somebody else's task has the id of the next one.
  await post({ id: 'b-2', executeAt: remindAt.toISOString(), item: 'other' });
  for (const id of ['b-2', 'b-3']) await book(db, { id, guest: 'cid', remindAt });
  expect(await relay(db, post)).toBe(2);
  expect(await left()).toEqual([{ id: 'b-2', refused: 'urn:problem-type:microprocess:task-conflict' }]);
  expect(await relay(db, post)).toBe(0);

  await here.world.host.run({ limit: here.world.now() + 2 * HOUR });
  for (const id of ['b-1', 'b-3'])
    expect(await showTask(here.deps, id)).toMatchObject({
      calls: 1,
      outcome: { status: 'SUCCEEDED', result: { booking: id } },
    });
  await db.close();
});
