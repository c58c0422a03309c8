import { gateStore } from '../shared/adapters/dynamodb/gate.ts';
import { Gate } from '../shared/calling/gate.ts';
import { Lanes } from '../shared/calling/lanes.ts';
import type { DefinedLimits } from '../shared/domain/gate/limits.ts';
import { type CallResult, judge } from '../shared/domain/retry.ts';
import type { GateStore } from '../shared/ports/gate-store.ts';
import { MemoryTable } from './memory-table.ts';
import { Meter } from './meter.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A service in virtual time: what a call comes to, and how long it takes. */
export type SimulatedService = (now: number) => { readonly result: CallResult; readonly ms: number };

/** One pipeline's part of a fleet. */
export interface FleetPipeline {
  readonly name: string;
  readonly limits: DefinedLimits;
  /** Forwarders at work, and how many there may be; the same by default. */
  readonly running: number;
  readonly forwarders?: number;
  readonly children: number;
  /** Shared by name. Default its own. */
  readonly budget?: string;
  /** After which a call is given up: none takes longer. */
  readonly timeoutMs?: number;
  /** When its first run begins, milliseconds after the fleet. */
  readonly startMs?: number;
}

export interface FleetOptions {
  readonly pipelines: readonly FleetPipeline[];
  readonly service: (clock: VirtualClock) => SimulatedService;
  readonly seed?: number;
  /** When it begins, epoch milliseconds. */
  readonly start?: number;
  /** How long a request to the table takes, virtual milliseconds. */
  readonly tableMs?: number;
  /** Virtual milliseconds after which no invocation begins. */
  readonly limitMs?: number;
  /** When no request to the table is answered. */
  readonly unreachable?: { readonly from: number; readonly to: number };
  /** What happens beside, such as a limit set by hand. */
  readonly meanwhile?: (clock: VirtualClock, store: GateStore) => void;
}

/** One call of a fleet. */
export interface FleetCall {
  readonly at: number;
  readonly pipeline: string;
  readonly forwarder: number;
  readonly kind: 'succeeded' | 'pressure' | 'try-spent' | 'final';
}

export interface FleetResult {
  readonly calls: readonly FleetCall[];
  readonly ms: number;
  /** Most calls open at once. */
  readonly mostOpen: number;
  /** Tries that children spent. */
  readonly spent: number;
  readonly meter: Meter;
  /** Invocations that there were. */
  readonly invocations: number;
}

/** An invocation's time, and the children of its messages. */
const INVOCATION_MS = 50_000;
const BATCH = 640;
/** From the end of an invocation to the next: its last writes, and a receive. */
const BETWEEN_MS = 20;
const LAST_START_MS = 30_000;

/**
 * The gate alone, in virtual time: forwarders that have nothing but calls to make, over one table. Where a whole pipeline would take
 * minutes, twenty forwarders of a thousand calls take a second.
 */
export async function runFleet(options: FleetOptions): Promise<FleetResult> {
  const { pipelines, seed = 1, start, tableMs = 5, limitMs = Number.POSITIVE_INFINITY } = options;
  const clock = new VirtualClock({ seed, ...(start !== undefined && { start }) });
  const meter = new Meter(() => clock.now());
  const table = new MemoryTable(meter);
  const random = new SeededRandom(seed);
  const service = options.service(clock);
  const began = clock.now();
  const calls: FleetCall[] = [];
  let [open, mostOpen, spent, invocations, ended] = [0, 0, 0, 0, clock.now()];

  async function forwarder(of: FleetPipeline, index: number, work: { left: number }): Promise<void> {
    const budget = of.budget ?? of.name;
    const store = slow(gateStore(table, { endpoint: 'service', budget }), clock, tableMs, options.unreachable);
    const log = { info() {}, warn() {}, error() {} };
    const own = random.fork();
    const process = { clock, random: own, log, metrics: { count() {}, observe() {}, flush() {} } };
    const { limits, forwarders = of.running } = of;
    // A short queue is shared out: each forwarder polls it.
    const batch = Math.min(BATCH, Math.max(64, Math.ceil(of.children / of.running / 64) * 64));
    const sharing = of.budget === undefined ? null : { pipeline: of.name, forwarders, callMs: of.timeoutMs ?? 10_000 };
    const gate = new Gate(process, { store, limits, budget, forwarders, sharing });
    await clock.sleep((of.startMs ?? 0) + own.integer(BETWEEN_MS));
    while (work.left > 0 && clock.now() - began < limitMs) {
      const count = Math.min(batch, work.left);
      work.left -= count;
      invocations += 1;
      gate.begin();
      const lanes = new Lanes(gate, process, clock.now() + LAST_START_MS);
      let back = 0;
      let until = 0;
      await Promise.all(
        Array.from({ length: count }, async () => {
          for (;;) {
            // Where nothing is known of the endpoint, messages come back.
            const due = await Promise.resolve(lanes.enter()).catch(() => clock.now() + 2_000);
            if (due !== null) {
              back += 1;
              until = Math.max(until, due);
              return;
            }
            const at = clock.now();
            open += 1;
            mostOpen = Math.max(mostOpen, open);
            const { result, ms } = service(at);
            await clock.sleep(ms);
            open -= 1;
            const verdict = gate.heard(judge(result, clock.now()), at);
            calls.push({ at, pipeline: of.name, forwarder: index, kind: verdict.kind });
            ended = clock.now();
            if (verdict.kind === 'try-spent') spent += 1;
            const again = verdict.kind === 'pressure' || verdict.kind === 'try-spent';
            const soon = verdict.kind === 'pressure' && verdict.retryAfterMs === 0;
            if (soon) await lanes.pause();
            lanes.leave();
            if (again && !soon) {
              back += 1;
              return;
            }
            if (!again) return;
          }
        }),
      );
      await gate.end();
      work.left += back;
      await clock.sleep(Math.max(BETWEEN_MS, Math.min(INVOCATION_MS, until - clock.now())));
    }
  }

  const all = Promise.all(
    pipelines.flatMap((of) => {
      const work = { left: of.children };
      return Array.from({ length: of.running }, (_, index) => forwarder(of, index, work));
    }),
  );
  options.meanwhile?.(clock, gateStore(table, { endpoint: 'service', budget: pipelines[0]?.name ?? '' }));
  let isOver = false;
  void all.then(() => {
    isOver = true;
  });
  await clock.run({ until: () => isOver });
  await all;
  return { calls, ms: ended - began, mostOpen, spent, meter, invocations };
}

/** Takes so many calls at once, each of so long; answers 429 at once to the others. */
export function smallService(atOnce: number, ms: number, refusalMs = 2) {
  return (clock: VirtualClock): SimulatedService => {
    let open = 0;
    return () => {
      if (open >= atOnce) return { result: answer(429), ms: refusalMs };
      open += 1;
      // It is free before its answer has arrived.
      clock.after(ms - 1, () => {
        open -= 1;
      });
      return { result: answer(200), ms };
    };
  };
}

/** Takes so many calls in any second, each of so long; answers 429 at once to the others. */
export function quotaService(perSecond: number, ms: number, refusalMs = 2) {
  return (): SimulatedService => {
    const taken: number[] = [];
    return (now) => {
      while (taken[0] !== undefined && taken[0] <= now - 1_000) taken.shift();
      if (taken.length >= perSecond) return { result: answer(429), ms: refusalMs };
      taken.push(now);
      return { result: answer(200), ms };
    };
  };
}

export function answer(httpStatus: number, retryAfter: string | null = null): CallResult {
  return { kind: 'answer', httpStatus, body: '', isJson: false, retryAfter, ms: 1 };
}

function slow(store: GateStore, clock: VirtualClock, ms: number, unreachable = { from: 0, to: 0 }): GateStore {
  return new Proxy(store, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        await clock.sleep(ms / 2);
        if (unreachable.from <= clock.now() && clock.now() < unreachable.to) {
          await clock.sleep(3_000);
          throw new Error('The table gives no answer.');
        }
        const result: unknown = await Reflect.apply(method, target, args);
        await clock.sleep(ms / 2);
        return result;
      };
    },
  });
}
