import assert from 'node:assert/strict';
import { test } from 'node:test';
import { app } from '../services/scores/app.ts';

const score = (body: unknown) => app.request('/score', { method: 'POST', body: JSON.stringify(body) });

test('a company has a score', async () => {
  const answer = await score({ name: 'Example' });
  assert.deepEqual(await answer.json(), { score: 7 });
});

test('a company without a name is refused', async () => {
  const answer = await score({});
  assert.equal(answer.status, 400);
});
