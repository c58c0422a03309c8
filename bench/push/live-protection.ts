import type { DefinedLimits } from '../../shared/domain/gate/limits.ts';
import { quantile } from '../../testing/call-times.ts';
import { answer, runFleet } from '../../testing/gate-fleet.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { type Check, check } from '../targets.ts';

const WORKERS = 20;
const WORK_MS = 20;
const START = Date.UTC(2026, 0, 1);
/** Half of what the workers can do. */
const LIVE_PER_SECOND = (WORKERS * 1_000) / WORK_MS / 2;
/** A page that somebody opens asks for several things at once: evenly spread calls would find a free worker, always. */
const MOST_AT_ONCE = 9;
/** A fifth of the service's capacity, beside the half that live traffic takes. */
const BUDGET_PER_SECOND = 200;

/** A service of 20 workers of 20 ms each behind one queue: first come, first served. */
class QueuedService {
  readonly #freeAt: number[] = new Array<number>(WORKERS).fill(0);

  /** @returns how long a call that arrives then waits for a worker; calls arrive in order */
  arrive(at: number): number {
    const soonest = Math.min(...this.#freeAt);
    const begins = Math.max(at, soonest);
    this.#freeAt[this.#freeAt.indexOf(soonest)] = begins + WORK_MS;
    return begins - at;
  }
}

/** Live calls that arrive at a service whatever else it does. */
class LiveTraffic {
  readonly waits: number[] = [];
  readonly #service: QueuedService;
  readonly #random = new SeededRandom(7);
  #nextAt = START;

  constructor(service: QueuedService) {
    this.#service = service;
  }

  /** All that arrived until then has its place in the queue. */
  upTo(now: number): void {
    while (this.#nextAt <= now) {
      const atOnce = 1 + this.#random.integer(MOST_AT_ONCE);
      for (let i = 0; i < atOnce; i++) this.waits.push(this.#service.arrive(this.#nextAt));
      const apart = ((1 + MOST_AT_ONCE) / 2 / LIVE_PER_SECOND) * 1_000;
      this.#nextAt += -Math.log(1 - this.#random.next()) * apart;
    }
  }
}

/** What live calls waited, milliseconds. */
export interface Protection {
  readonly name: string;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  /** Of the run beside. */
  readonly children: number;
}

/**
 * Live traffic at half of its service's capacity, alone and beside a run of as many forwarders as its limits give, for so many seconds
 * of virtual time.
 */
export async function measureProtection(seconds: number): Promise<readonly Protection[]> {
  const paced = { ratePerSecond: BUDGET_PER_SECOND };
  return [
    aloneFor(seconds),
    await beside(`(b) a run at ${BUDGET_PER_SECOND}/s, the same instance`, paced, 'same', seconds),
    await beside('(c) a run without limits, against the clone', {}, 'clone', seconds),
    await beside('(d) a run without limits, the same instance', {}, 'same', seconds),
  ];
}

/** What live traffic is promised. */
export function protectionChecks([alone, paced, clone, free]: readonly Protection[]): Check[] {
  const base = alone?.p99 ?? 0;
  return [
    check('(a) p99 alone, ms: there is a queue at all', 'at least', 1, base),
    check('(b) p99 beside a run with a rate, of (a)', 'at most', 2, (paced?.p99 ?? 0) / base),
    check('(c) p99 beside a run against the clone, of (a)', 'at most', 1.3, (clone?.p99 ?? 0) / base),
    // Otherwise the two before would say nothing.
    check('(d) p99 beside a run without limits, of (a)', 'at least', 3, (free?.p99 ?? 0) / base),
  ];
}

function aloneFor(seconds: number): Protection {
  const live = new LiveTraffic(new QueuedService());
  live.upTo(START + seconds * 1_000);
  return protection('(a) alone', live, 0);
}

async function beside(
  name: string,
  over: Partial<DefinedLimits>,
  where: 'same' | 'clone',
  seconds: number,
): Promise<Protection> {
  const service = new QueuedService();
  const called = where === 'same' ? service : new QueuedService();
  const live = new LiveTraffic(service);
  const end = START + seconds * 1_000;
  let children = 0;
  await runFleet({
    start: START,
    pipelines: [
      { name: 'a', limits: { inFlight: 512, burst: 0, profiles: [], ...over }, running: 2, children: 2_000 * seconds },
    ],
    service: () => (now) => {
      live.upTo(Math.min(now, end));
      if (now < end) children += 1;
      return { result: answer(200), ms: called.arrive(now) + WORK_MS };
    },
    limitMs: seconds * 1_000,
  });
  live.upTo(end);
  return protection(name, live, children);
}

function protection(name: string, { waits }: LiveTraffic, children: number): Protection {
  return { name, p50: quantile(waits, 0.5), p99: quantile(waits, 0.99), most: quantile(waits, 1), children };
}
