import { emptyWorld, geometry, isReported, QUIET, type Scene } from './setup.ts';
import type { Level } from './world.ts';

/** An ordinary run whose source are the failed rows of another's report, laid over it. */
function scene(base: readonly string[], over: Partial<Level>): Scene {
  const failed = base.filter((row) => !row.endsWith('S'));
  const level: Level = {
    ...QUIET,
    geometry: geometry(2, 1, [1]),
    sources: [[failed.map((row) => row.slice(row.indexOf('=') + 1, -1)).join('')]],
    workers: { start: 1, split: 1, forward: 1, aggregate: 1, finish: 1 },
    answers: 'SF',
    attempts: 1,
    base,
    ...over,
  };
  return { level, initial: () => [emptyWorld(level)], finished: isReported };
}

const BASE = ['0-0.0.0=aS', '0-0.0.1=bF', '0-0.1.0=cS', '0-0.1.1=dF'];

export const SCENES: Record<string, Scene> = {
  'two of four rows failed': scene(BASE, { tolerate: { failedPercent: 25 } }),
  'asked for twice': scene(['0-0.0.0=aS', '0-0.0.1=bF'], {
    workers: { start: 2, split: 1, forward: 1, aggregate: 1, finish: 1 },
    budget: { start: 2 },
  }),
};
