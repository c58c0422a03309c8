import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';

/**
 * A test stands where its subject does: test/shared/flow/close.test.ts tests shared/flow/close.ts, so that neither has to be
 * looked for. These rooms have subjects that no one file has.
 */
const APART = ['architecture', 'chaos', 'contracts', 'deploy', 'fixtures', 'formats', 'model', 'mutants'];

const TEST = /\.(?:property\.|e2e\.|slow\.)?test\.ts$/;
const KINDS = ['', '.ts', '.mjs', '.md'];

/** What a test's path says it tests. */
const subjectOf = (path: string) => path.replace(TEST, '');

const isMirrored = (path: string, exists: (path: string) => boolean) =>
  KINDS.some((kind) => exists(`${subjectOf(path)}${kind}`));

const tests = readdirSync(join(PACKAGE_DIR, 'test'), { recursive: true, encoding: 'utf8' }).filter(
  (path) => TEST.test(path) && !APART.some((room) => path.startsWith(`${room}/`)),
);

test('tests are found at all', () => {
  expect(tests.length).toBeGreaterThan(50);
  expect(tests).toContain('shared/domain/ids.test.ts');
});

test('every test has a file or folder at the same path', () => {
  expect(tests.filter((path) => !isMirrored(path, (subject) => existsSync(join(PACKAGE_DIR, subject))))).toEqual([]);
});

describe('a test of', () => {
  const exists = (path: string) => ['shared/flow/close.ts', 'infra/stacks'].includes(path);
  test.each([
    ['shared/flow/close.test.ts', true],
    ['shared/flow/close.property.test.ts', true],
    ['shared/flow/close.e2e.test.ts', true],
    ['infra/stacks.test.ts', true],
    ['shared/flow/closing.test.ts', false],
    ['shared/close.test.ts', false],
    ['shared/flow/close.fast.test.ts', false],
  ])('%s: %s', (path, mirrored) => {
    expect(isMirrored(path, exists)).toBe(mirrored);
  });
});
