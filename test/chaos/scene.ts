import type { Pipeline } from '../../shared/author/definition.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { FaultPlan } from '../../testing/faults.ts';
import { post, Told } from './callbacks.ts';
import { storedChildren } from './chain.ts';
import { checkQueues, checkRun } from './checks.ts';
import { answerTo, chaosPipeline } from './pipeline.ts';
import { answers, type Service } from './service.ts';
import { type AnyWorld, type MakeWorld, MINUTE, SECOND, World } from './world.ts';

export interface SceneOptions {
  /** Children of each slice. The first three are large, so that the first slice is a block of two pages where it has three. */
  readonly slices: readonly number[];
  /** Redriven once it has ended. */
  readonly isRedriven: boolean;
  /**
   * False: the sweeper, which hides much, comes only once redelivery has done all it can; and it may be needed only where a
   * slot's turn was raised and its message not sent, as the old one is void then.
   */
  readonly isSwept?: boolean;
  readonly plan?: FaultPlan;
  /** The services of two children answer 202 and call back: one at once, one in time, and then once more. */
  readonly callsBack?: boolean;
  /** What the run's reduce is, in the place of one that works. */
  readonly reduce?: Pipeline['reduce'];
  readonly makeWorld?: MakeWorld;
}

/** The child that is called twice, and the one that fails until it is redriven. */
export const RETRIED = 1;
export const REFUSED = 4;

const filler = (i: number) => (i < 3 ? 31_000 : 0);

const service: Service = (i, nth, { run }) => {
  if (i === RETRIED && nth === 1) return answers(i, { httpStatus: 500, retryAfter: '1', body: '' });
  if (i === REFUSED && run === 'r') return answers(i, { httpStatus: 422, body: '' });
  return answers(i);
};

async function callBack(world: AnyWorld, url: string, i: number, after: number): Promise<void> {
  await world.clock.sleep(after);
  await post(world, new URL(url).pathname, JSON.stringify({ status: 200, result: answerTo(i) }), new Told());
}

/** A small run, from start to report, with as many faults as the plan says; everything that is wrong afterwards. */
export async function scene(of: SceneOptions): Promise<{ readonly world: AnyWorld; readonly problems: string[] }> {
  const { slices, isRedriven, isSwept = true, plan, makeWorld = (options) => new World(options) } = of;
  const working = chaosPipeline({ slices, filler }, of.callsBack ? { callback: { withinHours: 1 } } : {});
  const pipeline = { ...working, reduce: of.reduce ?? working.reduce };
  const calledBack: Service = (i, nth, request) => {
    const after = i === 0 ? [0] : i === 3 ? [30 * SECOND, MINUTE] : [];
    for (const ms of after) void callBack(world, request.callback ?? '', i, ms);
    return after.length > 0 ? answers(i, { httpStatus: 202, body: '' }) : service(i, nth, request);
  };
  const made = { pipeline, service: of.callsBack ? calledBack : service, isSwept, ...(plan && { plan: () => plan }) };
  const world: AnyWorld = await makeWorld(made);
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const early: string[] = [];
  if (!isFinal((await world.runToEnd('r')).status) && !isSwept) {
    if (world.journal.unsent().length === 0) early.push('Redelivery did not mend the run, but the sweeper.');
    world.sweep();
    await world.runToEnd('r');
  }
  if (isRedriven) {
    await world.insist((deps) => redriveRun(deps, 'r'));
    await world.runToEnd('r~2');
  }
  await world.drain();
  const { problems } = await checkRun(world, 'r', { samples: 3 });
  if (isRedriven) {
    const expected = await storedChildren(world.deps, 'r');
    problems.push(...(await checkRun(world, 'r~2', { samples: 3, expected })).problems);
  }
  return { world, problems: [...early, ...problems, ...(await checkQueues(world))] };
}
