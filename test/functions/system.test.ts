import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { type FunctionName, SYSTEM } from '../../functions/system.ts';
import { PLAN_SECONDS } from '../../shared/control/plan.ts';
import { QUEUES } from '../../shared/domain/queues.ts';
import { mapValues } from '../../shared/domain/records.ts';
import type { Uses } from '../../shared/ports/uses.ts';
import { openProject, PACKAGE_DIR, pipelineEntry } from '../../shared/project/project.mjs';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';

/** The code of each function that is left after tree shaking: what it can do at all. */
const USES: Readonly<Record<FunctionName, Uses>> = mapValues(SYSTEM.functions, ({ uses }) => uses);
const code = new Map<string, string>();
beforeAll(async () => {
  for (const name of Object.keys(USES)) {
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

test('no function holds what writes Parquet, as its pipeline uses none', () => {
  for (const [name, text] of code) expect(text, name).not.toContain('hyparquet');
});

const does = (name: string, call: RegExp): boolean => call.test(code.get(name) ?? '');

/** Granted is what the code does: no less, or it fails on AWS alone; no more, or it isn't least privilege. */
describe.each(Object.entries(USES))('%s may', (name, uses) => {
  const rights = uses.table?.['P#'] ?? [];

  test.each(QUEUES)('send to %s exactly where it does', (queue) => {
    expect(uses[queue] === 'send').toBe(does(name, new RegExp(`queues\\.${queue}\\.send\\(`)));
  });

  test.each([
    ['get', /\bobjects\.(get|stream|read\w*)\(/],
    ['put', /\bobjects\.put\(/],
    ['put-stream', /\bobjects\.putStream\(/],
    ['link', /\bobjects\.link\(/],
  ] as const)('%s objects exactly where it does', (right, call) => {
    expect(uses.objects?.includes(right) ?? false).toBe(does(name, call));
  });

  test.each([
    ['query-index', /\b(runs\.list|calls\.(due|list))\(/],
    ['query', /\b(blocks\.readAll|progress\.read|refusals\.list)\(/],
    ['batch-get', /\b(runs\.list|calls\.list|chains\.readCheckpoints)\(/],
  ] as const)('%s records exactly where it does', (right, call) => {
    expect(rights.includes(right)).toBe(does(name, call));
  });

  test.each([
    ['endpoint', /\bcaller\.call\(/],
    ['mail', /\bmailer\.send\(/],
    ['events', /\bevents\.runEnded\(/],
  ] as const)('use %s exactly where it does', (use, call) => {
    expect(uses[use] !== undefined).toBe(does(name, call));
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
  // Those of runs and calls are of the index.
  const stores = ['acts.ts', 'blocks.ts', 'calls.ts', 'progress.ts', 'refusals.ts', 'runs.ts', 'waits.ts'];
  expect(queries.sort()).toEqual(stores);
});

test('a splitter outlives a plan that does not come, and so can say it', () => {
  expect(SYSTEM.functions.splitter.timeoutSeconds).toBeGreaterThan(PLAN_SECONDS);
});
