import { cancelRun, pauseRun, resumeRun } from '../../shared/control/control.ts';
import { startRun } from '../../shared/control/start.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import { randomFaults } from '../../testing/fault-plans.ts';
import type { FaultPlan } from '../../testing/faults.ts';
import type { SeededRandom } from '../../testing/seeded-random.ts';
import { checkQueues, checkRun, type Findings } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { chaoticService, draw } from './service.ts';
import { type AnyWorld, HOUR, type MakeWorld, MINUTE, World, type WorldOptions } from './world.ts';

/** Of each thousand port calls about so many. Handlers make one call for ten children or so. */
const RATES = {
  crashBefore: 0.001,
  crashAfter: 0.001,
  throttle: 0.003,
  loseAnswer: 0.003,
  partial: 0.003,
  stale: 0.1,
  delay: 0.02,
  maxDelayMs: 3_000,
};

export interface ChaosResult extends Findings {
  readonly seed: number;
  /** Virtual milliseconds from start to end. */
  readonly tookMs: number;
  readonly calls: number;
  readonly crashes: number;
}

/** One run under everything that can go wrong, chosen by its seed alone, and what is wrong with it afterwards. */
export async function chaosRun(
  seed: number,
  children: number,
  makeWorld: MakeWorld = (options) => new World(options),
): Promise<ChaosResult> {
  const world = await makeWorld(chaosOptions(seed, children));
  const run = `chaos-${seed}`;
  const start = world.now();
  await world.insist((deps) => startRun(deps, { runId: run }, 'cli'));
  const isCancelled = meddle(world, run, seed);
  await world.runToEnd(run, start + world.pipeline.deadlineHours * 3_600_000);
  const tookMs = world.now() - start;
  await world.drain();
  const findings = await checkRun(world, run, isCancelled() ? { closed: 'cancelled' } : {});
  if (findings.stuck === 0) findings.problems.push(...(await checkQueues(world)));
  const calls = [...world.journal.calls.values()].reduce((sum, count) => sum + count, 0);
  return { ...findings, seed, tookMs, calls, crashes: world.host.counts.crashed };
}

/** Faults by chance; all but forwarders now and then stand still for longer than a lease, so that two are at it. */
function faults(random: SeededRandom): FaultPlan {
  const usual = randomFaults(random, RATES);
  return (call) => {
    const fault = usual(call);
    const stands = /^(splitter|aggregator|sweeper|control)/.test(call.process) && random.chance(0.02);
    return stands && fault === 'pass' ? { delayMs: random.integer(150_000) } : fault;
  };
}

/**
 * Somebody at the controls, in two of five runs: resumes what runs, pauses and resumes, or cancels. Gives whether the run was
 * closed by that.
 */
function meddle(world: AnyWorld, run: string, seed: number): () => boolean {
  const chance = (salt: number) => draw(seed, -10, salt);
  const at = (salt: number, use: (deps: Deps) => Promise<unknown>) =>
    world.clock.after(chance(salt) ** 3 * 20 * MINUTE, () => void world.control(use));
  if (chance(0) < 0.35) {
    for (let salt = 1; salt < 6; salt++) at(salt, (deps) => resumeRun(deps, run));
    if (chance(6) < 0.5) at(7, (deps) => pauseRun(deps, run));
    // Whoever pauses comes back, and insists.
    for (let hour = 1; hour <= 3; hour++) {
      world.clock.after(hour * HOUR, () => void world.control((deps) => resumeRun(deps, run)));
    }
  } else if (chance(0) < 0.4) at(8, (deps) => cancelRun(deps, run));
  return () => world.journal.closed.has(run);
}

function chaosOptions(seed: number, children: number): WorldOptions {
  const chance = (salt: number) => draw(seed, -9, salt);
  return {
    seed,
    pipeline: chaosPipeline({
      children,
      perSlice: Math.max(1, Math.ceil(children / (1 + Math.floor(4 * chance(1))))),
      // Every third source says less the second time, every third more.
      missing: (reading) => (chance(2) < 0.33 ? 0 : chance(2) < 0.66 ? reading % 7 : Math.max(0, 5 - reading)),
      filler: (i) => (draw(seed, i, -8) < 0.002 ? 40_000 : 0),
    }),
    service: chaoticService(seed),
    plan: faults,
    duplicates: 0.1,
    lostDeletes: 0.02,
    mail: (random) => {
      const drawn = random.next();
      if (drawn < 0.1) return { outcome: 'ambiguous', detail: 'no answer' };
      return drawn < 0.2 ? { outcome: 'refused', detail: 'no' } : { outcome: 'sent', messageId: 'm' };
    },
  };
}
