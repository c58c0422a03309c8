import type { Source, SourceContext } from '../author/source.ts';
import { type Json, jsonText } from '../domain/json.ts';
import type { Clock } from '../ports/clock.ts';

/** What an estimate is made from. */
export interface Estimate {
  /** How much of the source was read. */
  readonly readPercent: number;
  /** How far the number may be off, 19 times of 20, as the parts that were read differ. Null: only the beginning could be read, or too few. */
  readonly plusMinusPercent: number | null;
}

export interface Counted {
  readonly children: number;
  /** False where counting took too long: there are more. */
  readonly complete: boolean;
  /** Null where the children were counted. */
  readonly estimate: Estimate | null;
  /** The first items that were read. */
  readonly sample: readonly Json[];
}

const SAMPLE = 256;
/** Items between two looks at the clock. */
const LOOK_EVERY = 10_000;
/** A run that takes no more is read to there. */
const COUNTED = 65_536;

/**
 * Says how many children a source gives. It is read to its end, for as long as there is time; one that knows its size is estimated from parts
 * of it, unless it is small.
 */
export async function countSource<P>(
  source: Source<unknown, P>,
  context: SourceContext<P>,
  ranges: readonly Json[],
  { clock, budgetMs }: { readonly clock: Clock; readonly budgetMs: number },
): Promise<Counted> {
  const most = context.limit ?? Number.POSITIVE_INFINITY;
  const counter = new Counter(source, context, clock, clock.now() + budgetMs);
  const parts = most <= COUNTED ? null : (source.sample?.({ ...context, ranges }) ?? null);
  if (!parts) {
    for (const range of ranges) if (!(await counter.count(range, most))) break;
    const { total, isInTime, sample } = counter;
    return { children: total, complete: isInTime, estimate: null, sample };
  }
  const counts: number[] = [];
  for (const part of parts.parts) {
    const before = counter.total;
    await counter.count(part, Number.POSITIVE_INFINITY);
    // A part that was cut short says too little.
    if (!counter.isInTime) break;
    counts.push(counter.total - before);
  }
  const { sample } = counter;
  if (counts.length < parts.parts.length) return { children: counter.total, complete: false, estimate: null, sample };
  const estimate = {
    readPercent: parts.share * 100,
    plusMinusPercent: parts.isSpread ? plusMinus(counts) : null,
  };
  return { children: Math.min(most, Math.round(counter.total / parts.share)), complete: true, estimate, sample };
}

class Counter<P> {
  readonly #source: Source<unknown, P>;
  readonly #context: SourceContext<P>;
  readonly #clock: Clock;
  readonly #until: number;
  readonly sample: Json[] = [];
  total = 0;
  isInTime = true;

  constructor(source: Source<unknown, P>, context: SourceContext<P>, clock: Clock, until: number) {
    this.#source = source;
    this.#context = context;
    this.#clock = clock;
    this.#until = until;
  }

  /** Counts a range's children. False: there are enough, or time is up. */
  async count(range: Json, most: number): Promise<boolean> {
    for await (const sourced of this.#source.read({ ...this.#context, range, cursor: null })) {
      // Each is looked at, as a run would: one that isn't JSON, wherever it is, closes its run.
      const text = 'item' in sourced ? jsonText(`item ${this.total + 1}`, sourced.item) : null;
      if (text !== null && this.sample.length < SAMPLE) this.sample.push(JSON.parse(text));
      this.total++;
      if (this.total % LOOK_EVERY === 0 && this.#clock.now() > this.#until) this.isInTime = false;
      if (this.total >= most || !this.isInTime) return false;
    }
    return true;
  }
}

/** Student's t for 95 %, at some ten to twenty parts. */
const T_95 = 2.2;
const LEAST_PARTS = 8;

/** By how many percent a sum of parts is uncertain, as they differ. */
function plusMinus(counts: readonly number[]): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (counts.length < LEAST_PARTS || total === 0) return null;
  const mean = total / counts.length;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
  return (100 * T_95 * Math.sqrt(variance / counts.length)) / mean;
}
