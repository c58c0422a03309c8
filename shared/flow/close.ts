import { type CloseReason, isOverdue } from '../domain/run.ts';
import type { FlowDeps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { giveUp } from './commit.ts';
import { notifyIfRunComplete } from './completion.ts';
import { endSlice } from './end-slice.ts';
import { parallel } from './parallel.ts';
import { readSlices } from './slices.ts';
import { unfinishedBlocks } from './unfinished.ts';

/** Slices, and then blocks, that a close works on at once. */
const AT_ONCE = 16;

/**
 * So long after a run was closed its children are given up: forwarders see within three seconds that it takes no calls any more
 * (functions/forwarder/run-cache.ts), and store within two what was answered until then (functions/forwarder/group-commits.ts).
 */
const LAST_ANSWERS_MS = 5_000;

/** What the children that a close gives up are reported with. */
const WORDS = {
  cancelled: { status: 'CANCELLED', reason: 'run-cancelled' },
  expired: { status: 'EXPIRED', reason: 'run-expired' },
  'too-many-failures': { status: 'CANCELLED', reason: 'too-many-failures' },
  'split-failed': { status: 'CANCELLED', reason: 'split-failed' },
  'too-many-children': { status: 'CANCELLED', reason: 'too-many-children' },
  'source-changed': { status: 'CANCELLED', reason: 'source-changed' },
  'canary-failed': { status: 'CANCELLED', reason: 'canary-failed' },
} as const satisfies Record<CloseReason, unknown>;

/**
 * Closes a run, irrevocably: END at each slice's tail, sizes and counts, then every missing child given up, once the answers that
 * forwarders hold are stored. The ordinary path finishes it. A closing that died is resumed by closing again: what was given up stays so.
 * @param detail of what failed, where something did; nothing out of an item or answer
 */
export async function closeRun(
  deps: FlowDeps<'aggregate'>,
  run: string,
  why: CloseReason,
  detail?: string,
): Promise<void> {
  const { stores } = deps;
  const failure = detail === undefined ? undefined : { reason: why, detail };
  const closed = (await stores.runs.close(run, why, failure)) ?? (await stores.runs.read(run));
  if (closed?.status !== 'closing') return;
  const since = closed.closed === 'expired' ? closed.deadline : deps.clock.now();
  await closeFrom(deps, closed, since + LAST_ANSWERS_MS);
}

/**
 * Closes a run whose deadline has come. Every function that takes a run up calls this first, so that no child is called any more.
 * @returns whether it had
 */
export async function closeIfOverdue(deps: FlowDeps<'aggregate'>, record: RunRecord): Promise<boolean> {
  if (!isOverdue(record, deps.clock.now())) return false;
  await closeRun(deps, record.run, 'expired');
  return true;
}

/** Closes on without a wait: for a run that was closed a while ago, or that no process works on. */
export function resumeClosing(deps: FlowDeps<'aggregate'>, record: RunRecord): Promise<void> {
  return closeFrom(deps, record, 0);
}

/** @param from before it (epoch milliseconds) no child is given up */
async function closeFrom(deps: FlowDeps<'aggregate'>, record: RunRecord, from: number): Promise<void> {
  const { stores } = deps;
  const ranges = (await stores.runs.readPlan(record.run)) ?? (await planNothing(deps, record));
  const root = await stores.runs.openRoot(record.run, ranges.length, record.ttl);
  // A run of no slices is full as soon as it's open.
  await notifyIfRunComplete(deps, record.run, root);
  const slices = await readSlices(deps, record.run, root);
  await parallel(each(slices), AT_ONCE, ({ slice, checkpoint }) => endSlice(deps, record, slice, checkpoint?.place));
  const why = WORDS[record.closed ?? 'cancelled'];
  if (slices.length > 0) await until(deps, from);
  await parallel(unfinishedBlocks(deps, record), AT_ONCE, async ({ block, content }) => {
    const children = content.pages.flatMap((page) => page.items.map((_, i) => page.first + i));
    const missing = children.filter((n) => !content.state.done.has(n));
    await giveUp(deps, block, content.state, missing, why);
  });
}

function until({ clock }: Pick<FlowDeps<'aggregate'>, 'clock'>, time: number): Promise<void> {
  const ms = time - clock.now();
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve, 'wait'));
}

async function* each<T>(values: readonly T[]) {
  yield* values;
}

/** A run that died, or waited, before its plan has nothing: an empty plan makes it whole, and a report of nothing no success. */
async function planNothing({ stores }: FlowDeps<'aggregate'>, { run, ttl }: RunRecord) {
  await stores.runs.flag(run, 'cut');
  return stores.runs.plan(run, [], ttl);
}
