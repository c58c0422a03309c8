import * as z from 'zod';

/** A client of `pg`, say: one connection, so that a transaction is one. */
export interface Connection {
  query(sql: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export const OUTBOX =
  'CREATE TABLE task_outbox (id text PRIMARY KEY, execute_at timestamptz NOT NULL, item jsonb NOT NULL, refused text)';

/** A booking, and the mail that reminds of it: both are written, or neither is. */
export async function book(db: Connection, booking: { id: string; guest: string; remindAt: Date }): Promise<void> {
  const { id, guest, remindAt } = booking;
  await db.query('BEGIN');
  try {
    await db.query('INSERT INTO bookings (id, guest) VALUES ($1, $2)', [id, guest]);
    const item = JSON.stringify({ booking: id });
    await db.query('INSERT INTO task_outbox (id, execute_at, item) VALUES ($1, $2, $3)', [id, remindAt, item]);
    await db.query('COMMIT');
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
}

const row = z.object({ id: z.string(), execute_at: z.date(), item: z.json() });
const answer = z.object({ id: z.string(), status: z.number(), problem: z.object({ type: z.string() }).optional() });

/**
 * Makes tasks of the outbox's rows, every few seconds. Whatever it dies of, it asks again under the same ids: a task that is there is the same task.
 * @param post sends a body to `POST /pipelines/<name>/tasks`
 * @returns rows that it has dealt with
 */
export async function relay(db: Connection, post: (body: object) => Promise<Response>): Promise<number> {
  const found = await db.query('SELECT id, execute_at, item FROM task_outbox WHERE refused IS NULL LIMIT 1000');
  if (found.rows.length === 0) return 0;
  const tasks = z
    .array(row)
    .parse(found.rows)
    .map(({ id, execute_at, item }) => ({ id, executeAt: execute_at.toISOString(), item }));
  const response = await post({ tasks });
  if (!response.ok) throw new Error(`The tasks were answered with ${response.status}.`);
  const { tasks: answers } = z.object({ tasks: z.array(answer) }).parse(await response.json());
  for (const { id, problem } of answers) {
    // Another task has this id: somebody must look, and the others go on.
    if (problem) await db.query('UPDATE task_outbox SET refused = $2 WHERE id = $1', [id, problem.type]);
    else await db.query('DELETE FROM task_outbox WHERE id = $1', [id]);
  }
  return answers.length;
}
