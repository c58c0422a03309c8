import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openApi } from '../../../functions/api/openapi.ts';
import { OPERATIONS } from '../../../functions/api/operations.ts';
import { PROBLEMS } from '../../../shared/domain/http-api/problems.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { apiWorld } from './api-world.ts';

test('the committed document is the one that is made from the schemas, and the one that is served', async () => {
  await expect(`${JSON.stringify(openApi(), null, 2)}\n`).toMatchFileSnapshot(
    join(PACKAGE_DIR, 'docs', 'openapi.json'),
  );
  const { ask } = await apiWorld();
  expect(await (await ask('GET', '/openapi.json')).json()).toEqual(openApi());
});

test('it has every method of every address that the API answers, and no other', async () => {
  const { app } = await apiWorld();
  const answered = app.routes
    .filter(({ method, path }) => method !== 'ALL' && path !== '/openapi.json')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
  expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([...new Set(answered)].sort());
});

test('every reference leads somewhere, and every problem is documented', async () => {
  const text = JSON.stringify(openApi());
  const { schemas } = JSON.parse(text).components;
  const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => schemas[name ?? ''] === undefined)).toEqual([]);
  const unsaid = ['not-found', 'method-not-allowed'];
  for (const code of Object.keys(PROBLEMS)) if (!unsaid.includes(code)) expect(text).toContain(`:${code}\``);
});
