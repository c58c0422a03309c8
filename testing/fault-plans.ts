import type { Fault, FaultPlan, PortCall } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';

/** One fault, at one call: a clean run's number of calls says how many such plans there are. */
export function faultAt(number: number, fault: Fault): FaultPlan {
  return (call) => (call.number === number ? fault : 'pass');
}

/** Probabilities of each fault, per call; what is left passes. */
export interface FaultRates {
  readonly crashBefore?: number;
  readonly crashAfter?: number;
  readonly throttle?: number;
  readonly loseAnswer?: number;
  readonly partial?: number;
  readonly stale?: number;
  readonly delay?: number;
  /** Longest delay, virtual milliseconds. */
  readonly maxDelayMs?: number;
}

/** Faults by chance, of calls that `where` holds for. */
export function randomFaults(
  random: SeededRandom,
  rates: FaultRates,
  where: (call: PortCall) => boolean = () => true,
): FaultPlan {
  const { maxDelayMs = 1_000 } = rates;
  const table: readonly (readonly [number, () => Fault])[] = [
    [rates.crashBefore ?? 0, () => 'crash-before'],
    [rates.crashAfter ?? 0, () => 'crash-after'],
    [rates.throttle ?? 0, () => 'throttle'],
    [rates.loseAnswer ?? 0, () => 'lose-answer'],
    [rates.partial ?? 0, () => 'partial'],
    [rates.stale ?? 0, () => 'stale'],
    [rates.delay ?? 0, () => ({ delayMs: random.integer(maxDelayMs + 1) })],
  ];
  return (call) => {
    if (!where(call)) return 'pass';
    let drawn = random.next();
    for (const [rate, fault] of table) {
      if (drawn < rate) return fault();
      drawn -= rate;
    }
    return 'pass';
  };
}
