import type { Held } from '../domain/held.ts';
import { type ChildRef, parseChildId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { executionId, executionOf, firstRunOf } from '../domain/redrive.ts';
import type { ChildStatus } from '../domain/row.ts';
import type { Deps } from '../ports/deps.ts';
import { readManifest } from '../storage/manifest.ts';
import { readPartBlock, readPartIndex } from '../storage/part.ts';
import { release } from '../storage/spill.ts';
import { existingRun } from './existing-run.ts';

/** An outcome of a child that was recorded. */
export interface RecordedOutcome {
  /** The run that recorded it: the first one, or a redrive. */
  readonly run: string;
  readonly status: ChildStatus;
  readonly reason: string | null;
  readonly result: Json;
  /** Calls made up to then, those of earlier runs included. */
  readonly attempts: number;
  /** What the last of them took. */
  readonly ms: number;
  /** ISO time. */
  readonly endedAt: string;
  /** A success that was stored, and refused, after the report had been made without it. */
  readonly isTooLate?: true;
}

type Stored = Omit<RecordedOutcome, 'run' | 'result' | 'endedAt'> & { readonly result: Held; readonly at: number };

/** Executions that are looked through, the latest: each is a few reads. */
const EXECUTIONS = 20;

/**
 * All outcomes of a child that are recorded, oldest first: of the run and of the redrives before it, and of one run several where two
 * invocations called the child. A try that was followed by another is counted in `attempts`; what was answered to it is not kept.
 * @throws {RunNotFoundError}
 */
export async function childHistory(deps: Deps, run: string, id: string): Promise<RecordedOutcome[]> {
  const ref = parseChildId(id);
  const first = firstRunOf(run);
  const last = executionOf(run);
  const history: RecordedOutcome[] = [];
  for (let n = Math.max(1, last - EXECUTIONS + 1); n <= last; n++) {
    const execution = executionId(first, n);
    const record = await existingRun(deps, execution);
    const stored =
      n === 1
        ? await ofFirst(deps, execution, ref)
        : record.summary === null
          ? []
          : await ofRedrive(deps, execution, ref);
    for (const { result, at, ...outcome } of stored.sort((a, b) => a.at - b.at)) {
      const endedAt = new Date(at).toISOString();
      // A redrive's report repeats what it didn't call again.
      if (history.some((known) => known.endedAt === endedAt && known.status === outcome.status)) continue;
      history.push({ run: execution, ...outcome, result: await release(deps.objects, result), endedAt });
    }
  }
  return history;
}

/** Of the first run: every outcome that its pages hold; once they are gone, the one that its part holds. */
async function ofFirst({ stores, objects }: Deps, run: string, ref: ChildRef): Promise<Stored[]> {
  const { outcomes } = await stores.blocks.readAll(run, ref);
  const paged = outcomes.flatMap(({ at, outcomes: all }) =>
    all.filter(({ n }) => n === ref.n).map((one) => ({ ...one, at })),
  );
  const stored = paged.map(({ n: _, ...outcome }) => outcome);
  const hasSuccess = stored.some(isSuccess);
  // A success beside another end counts, unless the report was there first.
  if (stored.length > 0 && (!hasSuccess || stored.every(isSuccess))) return stored;
  const { frozen } = await stores.segments.read(run, ref);
  const reported = frozen ? await inPart(objects, frozen.part, ref) : [];
  if (stored.length === 0) return reported;
  const isLate = reported.length > 0 && !reported.some(isSuccess);
  return stored.map((outcome) => (isLate && isSuccess(outcome) ? { ...outcome, isTooLate: true } : outcome));
}

const isSuccess = ({ status }: Pick<Stored, 'status'>) => status === 'SUCCEEDED';

/** Of a redrive: the row of its report. */
async function ofRedrive({ objects }: Deps, run: string, ref: ChildRef): Promise<Stored[]> {
  const parts = await readManifest(objects, run);
  const part = parts.find(({ slice, segment }) => slice === ref.slice && segment === ref.segment)?.part;
  return part === undefined ? [] : inPart(objects, part, ref);
}

async function inPart(objects: Deps['objects'], part: string, ref: ChildRef): Promise<Stored[]> {
  const row = (await readPartBlock(objects, part, await readPartIndex(objects, part), ref.block))[ref.n];
  if (!row) return [];
  const { status, reason, result, attempts, ms, at } = row;
  return [{ status, reason, result, attempts, ms, at }];
}
