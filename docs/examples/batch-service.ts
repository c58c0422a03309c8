import { DatabaseSync } from 'node:sqlite';
import { Hono } from 'hono';

/** Takes lists of letters: one that can't be sent fails alone, and one that comes twice is sent once. */
export function letters(file: string) {
  const db = new DatabaseSync(file);
  db.exec('CREATE TABLE IF NOT EXISTS sent (key TEXT PRIMARY KEY, company TEXT)');
  const send = db.prepare('INSERT INTO sent VALUES (?, ?) ON CONFLICT DO NOTHING');
  return new Hono().post('/letters', async (context) => {
    const [pipeline, run] = (context.req.header('idempotency-key') ?? '').split('.');
    const children = (context.req.header('microprocess-children') ?? '').split(',');
    const items: { company?: string }[] = await context.req.json();
    db.exec('BEGIN IMMEDIATE');
    try {
      const outcomes = items.map(({ company }, i) => {
        if (!company) return { status: 422, reason: 'no-company' };
        // A child's own key, whichever children it comes with.
        send.run(`${pipeline}.${run}.${children[i]}`, company);
        return { status: 200, result: { sent: company } };
      });
      db.exec('COMMIT');
      return context.json(outcomes);
    } catch (error) {
      // Of a list that fails as a whole the halves come next: none of it may be left half done.
      db.exec('ROLLBACK');
      throw error;
    }
  });
}
