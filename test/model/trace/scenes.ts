import { cancelRun } from '../../../shared/control/control.ts';
import { redriveRun } from '../../../shared/control/redrive.ts';
import { startRun } from '../../../shared/control/start.ts';
import { LAYOUT } from '../../../shared/domain/layout.ts';
import type { Deps } from '../../../shared/ports/deps.ts';
import type { FaultPlan } from '../../../testing/faults.ts';
import { post, Told } from '../../chaos/callbacks.ts';
import { chaosPipeline } from '../../chaos/pipeline.ts';
import { answers, type Service } from '../../chaos/service.ts';
import { MINUTE, World } from '../../chaos/world.ts';
import { emptyWorld, QUIET } from '../setup.ts';
import type { Level } from '../world.ts';
import { Recorder } from './record.ts';
import type { Trace } from './trace.ts';

/** A small run of the real handlers: what is in it, what goes wrong, what is asked for. */
export interface Scene {
  /** Children of each slice. */
  readonly slices: readonly number[];
  /** A large item has a slot of its own, and two fill a page. */
  readonly isLarge?: boolean;
  readonly service?: Service;
  /** Its service takes longer than what has ended waits to be stored. */
  readonly isSlow?: boolean;
  readonly seed?: number;
  readonly plan?: FaultPlan;
  readonly duplicates?: number;
  readonly lostDeletes?: number;
  readonly canary?: number;
  /** Messages with which the work queue is long. */
  readonly workRoom?: number;
  readonly attempts?: number;
  /** Before a child is called a second time. */
  readonly baseSeconds?: number;
  /** Virtual milliseconds after the start. */
  readonly cancelAfter?: number;
  /** Redriven once it has ended: the rows of its report, as `<child>=<item><S or F>`. */
  readonly redriven?: readonly string[];
  /** Calls in flight: 2 are one lane for each of two forwarders. */
  readonly inFlight?: number;
  /** Anything else that is done once it has started. */
  readonly meddle?: (world: World) => void;
  /** Waits: until when at most, and what becomes of those that nobody ends. */
  readonly callback?: {
    readonly withinHours: number;
    readonly onExpiry: 'fail' | 'retry';
    readonly heartbeatSeconds?: number;
  };
  /** What is posted to the URL of a call, and how long after it. */
  readonly says?: (
    i: number,
    nth: number,
  ) => readonly { readonly afterMs: number; readonly body: string; readonly act?: string }[];
  /** Asked for once, however that ends; the sweeper goes on. */
  readonly isStartedOnce?: boolean;
}

/** A trace, and the model's level that it must be one of. */
export interface Recorded {
  readonly level: Level;
  readonly trace: Trace;
}

const FILLER = 31_000;

/** Runs a scene to its end, and its redrive where there is one; gives a trace of each. */
export async function record(scene: Scene): Promise<Recorded[]> {
  const { slices, isLarge = false, service = (i) => answers(i), seed = 1, canary, attempts = 3 } = scene;
  const recorder = new Recorder();
  const { baseSeconds = 2 } = scene;
  const pipeline = chaosPipeline(
    { slices, filler: () => (isLarge ? FILLER : 0) },
    { retry: { attempts, baseSeconds, maxSeconds: 60 }, ...(scene.inFlight && { inFlight: scene.inFlight }) },
  );
  const world: World = new World({
    seed,
    pipeline: { ...pipeline, ...(scene.callback && { callback: { ...scene.callback, countsAsInFlight: false } }) },
    service: recorder.service((i, nth, request) => {
      const path = request.callback && new URL(request.callback).pathname;
      for (const { afterMs, body, act = '' } of scene.says?.(i, nth) ?? [])
        world.clock.after(afterMs, () => void post(world, `${path}${act}`, body, new Told()));
      return service(i, nth, request);
    }),
    ...(scene.plan && { plan: () => scene.plan ?? (() => 'pass') }),
    duplicates: scene.duplicates ?? 0,
    ...(scene.workRoom !== undefined && { workRoom: scene.workRoom }),
    lostDeletes: scene.lostDeletes ?? 0,
    watch: recorder,
  });
  const start = (deps: Deps) => startRun(deps, { runId: 'r', ...(canary && { canary }) }, 'cli');
  if (scene.isStartedOnce) void world.control(start);
  else await world.insist(start);
  scene.meddle?.(world);
  if (scene.cancelAfter !== undefined) {
    world.clock.after(scene.cancelAfter, () => void world.control((deps) => cancelRun(deps, 'r')));
  }
  await world.runToEnd('r');
  await world.drain(60 * MINUTE);
  const recorded = [{ level: levelOf(scene, slices.map(lettersFrom)), trace: recorder.of('r') }];
  const base = scene.redriven;
  if (base) {
    await world.insist((deps) => redriveRun(deps, 'r'));
    await world.runToEnd('r~2');
    await world.drain(60 * MINUTE);
    const failed = base.filter((row) => row.endsWith('F')).map((row) => row.at(-2));
    recorded.push({ level: { ...levelOf(scene, [failed.join('')]), base }, trace: recorder.of('r~2') });
  }
  return recorded;
}

/** Where every trace begins: nothing is there. */
export const initial = ({ level }: { readonly level: Level }) => emptyWorld(level);

const ANY = Number.MAX_SAFE_INTEGER;

/** All that a service may say of one call, in whatever order, and twice. */
const SAYS = 'SFRHSFRH';

function levelOf({ isLarge, isSlow, canary, attempts = 3, callback }: Scene, sources: readonly string[]): Level {
  return {
    ...QUIET,
    geometry: LAYOUT,
    sources: sources.map((letters) => [letters]),
    plans: [sources.length],
    itemBytes: isLarge ? FILLER + 40 : 40,
    window: 10,
    attempts,
    answers: callback ? 'SRFW' : 'SRF',
    ...(callback && { callbacks: { says: [SAYS], onExpiry: callback.onExpiry, inAnyOrder: true } }),
    budget: { stale: ANY, back: ANY, pressure: ANY, fail: ANY, lapse: ANY, continuation: ANY, close: ANY },
    workers: {
      start: 1,
      split: 1,
      forward: 1,
      aggregate: 1,
      finish: 1,
      close: 1,
      dead: 1,
      sweep: 1,
      callback: 1,
      expire: 1,
    },
    ...(isSlow && { storesEarly: 'any that were called' as const }),
    delays: true,
    leases: true,
    canary: canary ?? null,
    tolerate: { failedPercent: 100 },
  };
}

/** Letters of a slice's items, which are numbered through all slices. */
function lettersFrom(count: number, slice: number, slices: readonly number[]): string {
  const from = slices.slice(0, slice).reduce((sum, before) => sum + before, 0);
  return 'abcdefghijklmnop'.slice(from, from + count);
}
