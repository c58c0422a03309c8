import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import * as z from 'zod';
import type { Pipeline } from '../../../shared/author/definition.ts';
import type { Handler } from '../../../shared/lambda/declaration.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';

/** The release before this one. The next release names this one here, and where its files are. */
const COMMIT = '86331db3d0a59a2d23092c3ec182062791efd628';
const EXPORTS = `
export { definePipeline } from './shared/domain/definition.ts';
export { statistics } from './shared/report/statistics.ts';
export { wiring } from './shared/wiring.ts';
export { dynamoStores } from './shared/stores/dynamodb/index.ts';
export { ProgressMeter } from './shared/flow/progress-meter.ts';
export { showChild } from './shared/control/show-child.ts';
export { splitter } from './functions/splitter/handler.ts';
export { forwarder } from './functions/forwarder/handler.ts';
export { aggregator } from './functions/aggregator/handler.ts';
export { deadLetter } from './functions/dead-letter/handler.ts';
export { sweeper } from './functions/sweeper/handler.ts';
`;

const callable = <F>() => z.custom<F>((value) => typeof value === 'function', 'must be a function');
const make = callable<(deps: object) => Handler>();

const release = z.object({
  definePipeline: callable<(definition: object) => Pipeline>(),
  statistics: callable<(options: object) => Pipeline['reduce']>(),
  wiring: callable<(pipeline: Pipeline) => object>(),
  dynamoStores: callable<(options: object) => { readonly progress: object }>(),
  ProgressMeter: callable<new (store: object, clock: object, shard: string) => object>(),
  showChild: callable<(deps: object, run: string, id: string) => Promise<unknown>>(),
  splitter: make,
  forwarder: make,
  aggregator: make,
  deadLetter: make,
  sweeper: make,
});
export type PreviousRelease = z.infer<typeof release>;

/**
 * The previous release's own code, out of git's history, bundled beside our packages.
 * @throws {Error} where the clone has no history: without it nothing is shown
 */
export async function loadPrevious(): Promise<PreviousRelease> {
  const outfile = join(PACKAGE_DIR, 'node_modules', '.cache', 'microprocess', `release-${COMMIT.slice(0, 12)}.mjs`);
  const sources = await mkdtemp(join(tmpdir(), 'release-'));
  try {
    const archive = execFileSync('git', ['archive', COMMIT, 'functions', 'shared'], {
      cwd: PACKAGE_DIR,
      maxBuffer: 64 * 1_048_576,
    });
    execFileSync('tar', ['-x', '-C', sources], { input: archive });
    await build({
      stdin: { contents: EXPORTS, resolveDir: sources, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      outfile,
      logLevel: 'silent',
    });
  } finally {
    await rm(sources, { recursive: true });
  }
  const loaded: unknown = await import(pathToFileURL(outfile).href);
  return release.parse({ ...Object(loaded) });
}
