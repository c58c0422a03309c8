import type { RunProgress } from '../../shared/control/status.ts';

interface Sample {
  readonly at: number;
  readonly done: number;
  /** Of the calls that ended them. */
  readonly calledMs: number;
}

/** Samples that are kept: of a longer run, every second one goes, again and again. */
const KEPT = 240;
const WINDOW_MS = 5_000;
/** Counters are written once a second: rates over less would jump. */
const LEAST_GAP_MS = 2_000;

/** Throughput and latency between two samples; no latency where nothing ended. */
export interface PacePoint {
  readonly at: number;
  readonly perSecond: number;
  readonly meanMs: number | null;
}

/** A run's throughput and latency, as they were seen since the console first looked. */
export class Pace {
  #samples: Sample[] = [];
  /** Of the last seconds, for the rate: the thinned ones may lie far apart. */
  #recent: Sample[] = [];
  #gapMs = LEAST_GAP_MS;

  see({ succeeded, failed, calledMs = 0, record }: RunProgress, at: number): void {
    const sample = { at, done: succeeded + failed, calledMs };
    if (record.endedAt !== null) return;
    this.#recent = [...this.#recent.filter((each) => at - each.at <= WINDOW_MS), sample];
    const last = this.#samples.at(-1);
    if (last && at - last.at < this.#gapMs) return;
    this.#samples.push(sample);
    if (this.#samples.length <= KEPT) return;
    const [first] = this.#samples;
    this.#gapMs = Math.max(this.#gapMs, (2 * (at - (first?.at ?? at))) / this.#samples.length);
    this.#samples = this.#samples.filter((_, i) => i % 2 === 0);
  }

  /** Children a second over the last few seconds; null where one look alone fell into them. */
  get perSecond(): number | null {
    return this.#recent.length < 2 ? null : rate(this.#recent.at(0), this.#recent.at(-1));
  }

  /** What a call takes, over the last few seconds; null where none ended. */
  get meanMs(): number | null {
    return latency(this.#recent.at(0), this.#recent.at(-1));
  }

  /** From sample to sample, oldest first. */
  get course(): readonly PacePoint[] {
    return this.#samples.slice(1).map((sample, i) => {
      const before = this.#samples[i];
      return { at: sample.at, perSecond: rate(before, sample), meanMs: latency(before, sample) };
    });
  }
}

/** Counters are for displays and may go back for a moment: a rate never does. */
function rate(from: Sample | undefined, to: Sample | undefined): number {
  return from && to && to.at > from.at ? Math.max(0, ((to.done - from.done) * 1_000) / (to.at - from.at)) : 0;
}

function latency(from: Sample | undefined, to: Sample | undefined): number | null {
  const isKnown = from && to && to.done > from.done && to.calledMs > from.calledMs;
  return isKnown ? (to.calledMs - from.calledMs) / (to.done - from.done) : null;
}
