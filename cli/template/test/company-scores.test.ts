import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runPipeline } from 'microprocess/testing';
import companyScores from '../pipelines/company-scores/index.ts';
import { app } from '../services/scores/app.ts';

const post = (path: string, body: unknown) => app.request(path, { method: 'POST', body: JSON.stringify(body) });

test('each company has a score', async () => {
  const { rows } = await runPipeline(companyScores, { service: ({ path, body }) => post(path, body) });
  assert.deepEqual(
    rows.map(({ item, result }) => [item, result]),
    [
      [{ name: 'Example' }, { score: 7 }],
      [{ name: 'Sample' }, { score: 6 }],
      [{ name: 'Specimen' }, { score: 8 }],
    ],
  );
});

test('a company without a name is refused', async () => {
  assert.equal((await post('/score', {})).status, 400);
});
