import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { ACCESS } from '../../infra/access.ts';
import { PROJECT } from '../../infra/bundling.ts';
import { FUNCTIONS, type FunctionName, QUEUES } from '../../shared/wiring.ts';

/** The code of each function that is left after tree shaking: what it can do at all. */
const code = new Map<FunctionName, string>();
beforeAll(async () => {
  for (const name of FUNCTIONS) {
    const { outputFiles } = await build({
      entryPoints: [join(PROJECT, 'functions', name, 'index.ts')],
      alias: { '#pipeline': join(PROJECT, 'pipelines', 'airport-access', 'index.ts') },
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

  test('read in batches exactly where it does', () => {
    expect(access.table.includes('BatchGetItem')).toBe(does(name, /\b(runs\.list|chains\.readCheckpoints)\(/));
  });

  test('call the clone, send mail and events exactly where it does', () => {
    expect([access.callsClone, access.tellsPeople]).toEqual([
      does(name, /\bcaller\.call\(/),
      does(name, /\bmailer\.send\(/),
    ]);
  });
});
