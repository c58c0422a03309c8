import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// They are tests: importing them runs them here.
import '../../docs/examples/head-offices.test.ts';
import '../../docs/examples/own-reduce.test.ts';
import '../../docs/examples/own-service.test.ts';

import { LAWS, ROW_LAWS } from '../../testing/laws.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the files in the docs are those that run here', () => {
  const shown = [...text('docs/testing.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  const files = ['head-offices', 'own-service', 'own-reduce'].map((name) => text(`docs/examples/${name}.test.ts`));
  expect(shown).toEqual(files);
});

test('the laws in the docs are those that are checked', () => {
  const rows = [...text('docs/testing.md').matchAll(/^\| ([\w ]+) \| (.+) \|$/gm)].map(([, name, says]) => [
    name,
    says,
  ]);
  expect(rows).toEqual(expect.arrayContaining([...ROW_LAWS, ...LAWS].map(({ name, says }) => [name, says])));
});
