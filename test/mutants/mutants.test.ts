import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { MUTANTS } from './mutants.ts';

test.each(MUTANTS)('$mistake: the code that it changes is there, once', ({ file, code }) => {
  expect(readFileSync(join(PACKAGE_DIR, file), 'utf8').split(code)).toHaveLength(2);
});
