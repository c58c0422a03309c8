import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { ACCESS } from '../../infra/access.ts';
import { FUNCTIONS, type FunctionName, QUEUES } from '../../shared/ports/wiring.ts';
import { openProject, PACKAGE_DIR, pipelineEntry } from '../../shared/project/project.mjs';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';

/** The code of each function that is left after tree shaking: what it can do at all. */
const code = new Map<FunctionName, string>();
beforeAll(async () => {
  for (const name of FUNCTIONS) {
    const { outputFiles } = await build({
      entryPoints: [join(PACKAGE_DIR, 'functions', name, 'index.ts')],
      alias: { '#pipeline': pipelineEntry(openProject(FIXTURE_PROJECT), 'scores') },
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      write: false,
      logLevel: 'silent',
    });
    // Chains of calls may be broken over lines.
    code.set(name, (outputFiles[0]?.text ?? '').replace(/\s+(?=\.)/g, ''));
  }
});

const does = (name: FunctionName, call: RegExp): boolean => call.test(code.get(name) ?? '');

/** Granted is what the code does: no less, or it fails on AWS alone; no more, or it isn't least privilege. */
describe.each(FUNCTIONS)('%s may', (name) => {
  const access = ACCESS[name];

  test.each(QUEUES)('send to %s exactly where it does', (queue) => {
    expect(access.sendsTo.includes(queue)).toBe(does(name, new RegExp(`queues\\.${queue}\\.send\\(`)));
  });

  test.each([
    ['GetObject', /\bobjects\.(get|stream|read\w*)\(/],
    ['PutObject', /\bobjects\.put\w*\(/],
    ['AbortMultipartUpload', /\bobjects\.putStream\(/],
  ] as const)('%s exactly where it does', (action, call) => {
    expect(access.objects.includes(action)).toBe(does(name, call));
  });

  test('query the index exactly where it lists runs', () => {
    expect(access.index).toBe(does(name, /\bruns\.list\(/));
  });

  test('query the table exactly where it reads a whole block, progress or refusals', () => {
    const call = /\b(blocks\.readAll|progress\.read|refusals\.list)\(/;
    expect(access.table.includes('Query')).toBe(does(name, call));
  });

  test('read in batches exactly where it does', () => {
    expect(access.table.includes('BatchGetItem')).toBe(does(name, /\b(runs\.list|chains\.readCheckpoints)\(/));
  });

  test('call the clone, send mail and events exactly where it does', () => {
    expect([access.callsClone, access.sendsMailAndEvents]).toEqual([
      does(name, /\bcaller\.call\(/),
      does(name, /\bmailer\.send\(/),
    ]);
  });
});

/** The list of queries above is whole: no store but these asks the table for more than keys. */
test('no other store queries the table', async () => {
  const folder = join(PACKAGE_DIR, 'shared', 'adapters', 'dynamodb');
  const queries: string[] = [];
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8');
    queries.push(...[...text.matchAll(/\btable\.query\(/g)].map(() => file));
  }
  // A run list's is of the index.
  expect(queries.sort()).toEqual(['blocks.ts', 'progress.ts', 'refusals.ts', 'runs.ts']);
});
