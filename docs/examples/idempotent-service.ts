import { DatabaseSync } from 'node:sqlite';
import { Hono } from 'hono';

/** Remembers, in one transaction with its work, what each key came to: a call that comes twice works once. */
export function letters(file: string) {
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE IF NOT EXISTS done (key TEXT PRIMARY KEY, answer TEXT)');
  db.exec('CREATE TABLE IF NOT EXISTS letters (company TEXT)');
  return new Hono().post('/letter', async (context) => {
    const key = context.req.header('idempotency-key') ?? '';
    const { company } = await context.req.json();
    const known = db.prepare('SELECT answer FROM done WHERE key = ?').get(key);
    if (known) return context.body(String(known.answer), 200, { 'content-type': 'application/json' });
    const answer = JSON.stringify({ sent: company });
    db.exec('BEGIN IMMEDIATE');
    try {
      // The key first: of two calls at once, the second waits here, and then fails.
      db.prepare('INSERT INTO done VALUES (?, ?)').run(key, answer);
      db.prepare('INSERT INTO letters VALUES (?)').run(company);
      db.exec('COMMIT');
    } catch {
      db.exec('ROLLBACK');
      return context.json({ error: 'under way' }, 409, { 'Microprocess-Retry': 'after=1' });
    }
    return context.body(answer, 200, { 'content-type': 'application/json' });
  });
}
