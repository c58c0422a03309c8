import { costOf } from '../../shared/control/cost.ts';
import { type GateView, readGate } from '../../shared/control/limits.ts';
import { type RunProgress, readProgress } from '../../shared/control/status.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { Desk, Desks } from './desk.ts';
import { Pace } from './pace.ts';
import { type Reasons, readReasons } from './reasons.ts';
import { SharedLook } from './shared-look.ts';

/** Of each pipeline the list shows what goes on, however old, and the newest. */
export const LISTED = 10;
const MOST_ACTIVE = 50;
/** Reasons take more reads than a look at a run. */
const REASONS_EVERY_MS = 5_000;
/** Runs whose course is remembered. */
const REMEMBERED = 200;

/** A run in the list. */
export interface Listed {
  readonly pipeline: string;
  readonly record: RunRecord;
  /** Null where it has ended: its record says all. */
  readonly progress: RunProgress | null;
  /** Null where it was looked at once. */
  readonly perSecond: number | null;
  readonly isWorkedOn: boolean;
}

export interface Overview {
  readonly place: string;
  readonly runs: readonly Listed[];
  /** Pipelines that can't be looked at, and why. */
  readonly closed: readonly { readonly pipeline: string; readonly why: string }[];
  readonly pipelines: readonly string[];
}

/** A run on its own page. */
export interface RunLook {
  readonly pipeline: string;
  readonly place: string;
  readonly progress: RunProgress;
  readonly pace: Pace;
  readonly gate: GateView | null;
  /** US dollars so far, by list prices; null once it has ended, and while nothing is known. */
  readonly dollars: number | null;
  /** Null where no child has failed. */
  readonly reasons: Reasons | null;
  readonly isWorkedOn: boolean;
  readonly isDeployed: boolean;
  readonly now: number;
}

/**
 * What the pages show, read from the records. Several browsers that look at the same thing share one look: a stage is read no more
 * often for them.
 */
export class Looks {
  readonly #desks: Desks;
  readonly #overviews: SharedLook<Overview>;
  readonly #runs: SharedLook<RunLook>;
  readonly #reasons = new SharedLook<Reasons>(REASONS_EVERY_MS);
  readonly #paces = new Map<string, Pace>();

  constructor(desks: Desks) {
    this.#desks = desks;
    this.#overviews = new SharedLook(desks.pollMs);
    this.#runs = new SharedLook(desks.pollMs);
  }

  get everyMs(): number {
    return this.#desks.pollMs;
  }

  overview(): Promise<Overview> {
    return this.#overviews.take('', async () => {
      const { pipelines, place } = this.#desks;
      const all = await Promise.all(pipelines.map((pipeline) => this.#list(pipeline)));
      const runs = all.flatMap((each) => ('why' in each ? [] : each.runs));
      return {
        place,
        pipelines,
        runs: runs.sort((a, b) => b.record.startedAt - a.record.startedAt),
        closed: all.flatMap((each) => ('why' in each ? [each] : [])),
      };
    });
  }

  /** @throws {RunNotFoundError} */
  run(pipeline: string, run: string): Promise<RunLook> {
    return this.#runs.take(`${pipeline} ${run}`, async () => {
      const desk = await this.#desks.open(pipeline);
      const progress = await this.#progress(desk, run);
      const isOver = isFinal(progress.record.status);
      return {
        pipeline,
        place: this.#desks.place,
        progress,
        pace: this.#pace(pipeline, run),
        dollars: dollarsSoFar(desk, progress),
        gate: isOver ? null : await readGate(desk.deps),
        reasons: progress.failed > 0 ? await this.#reasonsOf(desk, progress.record) : null,
        isWorkedOn: desk.isWorkedOn,
        isDeployed: this.#desks.isDeployed,
        now: desk.deps.clock.now(),
      };
    });
  }

  #reasonsOf(desk: Desk, record: RunRecord): Promise<Reasons> {
    // Whether it has ended is part of the name: the last word on a run isn't kept waiting.
    const key = `${desk.deps.pipeline.name} ${record.run} ${record.summary ?? ''}`;
    return this.#reasons.take(key, () => readReasons(desk, record));
  }

  async #list(pipeline: string): Promise<{ runs: readonly Listed[] } | { pipeline: string; why: string }> {
    try {
      const desk = await this.#desks.open(pipeline);
      const { runs: stored } = desk.deps.stores;
      const [newest, active] = await Promise.all([
        stored.list({ limit: LISTED }),
        stored.list({ limit: MOST_ACTIVE, activeOnly: true }),
      ]);
      const others = active.filter(({ run }) => newest.every((each) => each.run !== run));
      const runs = [...newest, ...others].map(async (record): Promise<Listed> => {
        const progress = isFinal(record.status) ? null : await this.#progress(desk, record.run);
        const { perSecond } = this.#pace(pipeline, record.run);
        return { pipeline, record: progress?.record ?? record, progress, perSecond, isWorkedOn: desk.isWorkedOn };
      });
      return { runs: await Promise.all(runs) };
    } catch (error) {
      // One pipeline that isn't deployed, or whose records may not be read, is no obstacle to the others.
      return { pipeline, why: error instanceof Error ? error.message : String(error) };
    }
  }

  async #progress({ deps }: Desk, run: string): Promise<RunProgress> {
    const progress = await readProgress(deps, run);
    this.#pace(deps.pipeline.name, run).see(progress, deps.clock.now());
    return progress;
  }

  #pace(pipeline: string, run: string): Pace {
    const key = `${pipeline} ${run}`;
    const pace = this.#paces.get(key) ?? new Pace();
    this.#paces.delete(key);
    this.#paces.set(key, pace);
    for (const oldest of this.#paces.keys()) {
      if (this.#paces.size <= REMEMBERED) break;
      this.#paces.delete(oldest);
    }
    return pace;
  }
}

/** A typical item; what a run's own take isn't known without reading rows. */
const BYTES_PER_ITEM = 300;

function dollarsSoFar({ deps: { pipeline }, cloneMB }: Desk, progress: RunProgress): number | null {
  const { succeeded, failed, retried, calledMs } = progress;
  const children = succeeded + failed;
  if (!calledMs || children === 0) return null;
  // What was repeated took as long as what wasn't, most likely.
  const calls = (children + retried) / (pipeline.endpoint.itemsPerCall ?? 1);
  const all = (calledMs / children) * calls;
  const { dollars, service } = costOf(pipeline, {
    children,
    calls,
    calledMs: all,
    bytesPerItem: BYTES_PER_ITEM,
    cloneMB,
  });
  return dollars + (service?.dollars ?? 0);
}
