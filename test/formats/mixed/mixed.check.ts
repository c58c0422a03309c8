import { afterAll, beforeAll, expect, test } from 'vitest';
import { redriveRun } from '../../../shared/control/redrive.ts';
import { showChild } from '../../../shared/control/show-child.ts';
import { startRun } from '../../../shared/control/start.ts';
import { type Emulated, startEmulated } from '../../contracts/emulated.ts';
import { AT_FIRST, report, wrong } from '../report.ts';
import { mixedWorld, type Version } from './mixed-world.ts';
import { loadPrevious, type PreviousRelease } from './previous-release.ts';

/** Functions of the previous release and of this one at the same runs: each reads what the other writes. */
let emulated: Emulated;
let previous: PreviousRelease;
beforeAll(async () => {
  [emulated, previous] = await Promise.all([startEmulated(), loadPrevious()]);
}, 60_000);
afterAll(() => emulated.stop());

type Pick = Parameters<typeof mixedWorld>[2]['pick'];
const only =
  (names: readonly string[], version: Version): Pick =>
  (name) =>
    names.includes(name) === (version === 'previous') ? 'previous' : 'this';

/** Each finds the marks that the other died under: of a slot, and of a child. */
function forwardersInTurns(first: 0 | 1): Pick {
  let invocations: number = first;
  return (name) => (name === 'forwarder' && invocations++ % 2 === 0 ? 'previous' : 'this');
}

test.each<[string, number, Pick]>([
  ['the previous forwarder, the rest of this release', 1, only(['forwarder'], 'previous')],
  ['the previous aggregator', 2, only(['aggregator'], 'previous')],
  ['the previous splitter and sweeper', 3, only(['splitter', 'sweeper'], 'previous')],
  ['the forwarder of this release, the rest of the previous', 4, only(['forwarder'], 'this')],
  ['the aggregator of this release, the rest of the previous', 5, only(['aggregator'], 'this')],
  ['a deployment after a minute', 6, (_name, _random, atMs) => (atMs < 60_000 ? 'previous' : 'this')],
  ['a rollback after a minute', 7, (_name, _random, atMs) => (atMs < 60_000 ? 'this' : 'previous')],
  ['either release at each invocation', 8, (_name, random) => (random.chance(0.5) ? 'previous' : 'this')],
  ['the same, by another chance', 9, (_name, random) => (random.chance(0.5) ? 'previous' : 'this')],
  ['forwarders of both releases in turns, the previous first', 10, forwardersInTurns(0)],
  ['forwarders of both releases in turns, this one first', 11, forwardersInTurns(1)],
])(
  '%s: a run ends with the right report, is shown and redriven',
  async (_, seed, pick) => {
    const { world, before, used, runToEnd } = await mixedWorld(emulated, previous, { seed, pick });
    const run = `mixed-${seed}`;
    await world.insist((deps) => startRun(deps, { runId: run }, 'cli'));
    expect(await runToEnd(run)).toBe('succeeded-with-failures');
    expect(wrong(await report(world, run), AT_FIRST)).toEqual([]);
    expect(used.previous.size).toBeGreaterThan(0);
    expect(used.this.size).toBeGreaterThan(0);
    // Both show the same, whoever ended it; this release says more of a child.
    for (const child of ['0-0.0.7', '0-0.0.9', '1-0.0.17', '2-0.0.62', '3-0.1.60']) {
      const shown = await previous.showChild(before, run, child);
      expect(await showChild(world.deps, run, child)).toEqual({ ...Object(shown), waitsUntil: null });
    }
    await world.insist((deps) => redriveRun(deps, run));
    expect(await runToEnd(`${run}~2`)).toBe('succeeded');
    expect(wrong(await report(world, `${run}~2`), {})).toEqual([]);
  },
  120_000,
);
