import { blockSize, slotsOf } from '../domain/chain.ts';
import { ChildNotFoundError } from '../domain/errors.ts';
import { parseChildId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { mergeOutcomes } from '../domain/outcome.ts';
import type { ChildStatus } from '../domain/row.ts';
import { isFinal } from '../domain/run.ts';
import { callsOf, registerOf } from '../domain/sending.ts';
import type { BlockContent } from '../ports/block-store.ts';
import type { Deps } from '../ports/deps.ts';
import { readManifest } from '../storage/manifest.ts';
import { readPartBlock, readPartIndex } from '../storage/part.ts';
import { release } from '../storage/spill.ts';
import { existingRun } from './existing-run.ts';
import { findRedriven } from './redriven-child.ts';

/** One child of a run, of 19 million or of one. */
export interface ChildView {
  readonly id: string;
  readonly status: ChildStatus | 'WAITING';
  readonly item: Json;
  readonly reason: string | null;
  readonly result: Json;
  /** Calls made that are known of. */
  readonly attempts: number;
  readonly ms: number | null;
  /** ISO time of the outcome. */
  readonly endedAt: string | null;
  /** ISO time before which it isn't called again. */
  readonly nextCallAt: string | null;
  /** ISO time until which it waits for its callback. */
  readonly waitsUntil: string | null;
}

/**
 * Reads one child: from its segment's part once that is frozen, which is what the report holds, from its pages before.
 * @throws {RunNotFoundError}
 * @throws {ChildNotFoundError} when the id isn't a child's of this run
 * @throws {InputError} when it is no child id at all
 */
export async function showChild(deps: Deps, run: string, id: string): Promise<ChildView> {
  const { stores, objects } = deps;
  const ref = parseChildId(id);
  const record = await existingRun(deps, run);
  // A redrive's children keep the ids they have in the report: until it has its own, the one it starts from says what is known, and the
  // redrive what it does with the child.
  if (record.redrive && !isFinal(record.status)) {
    const { item, ...before } = await showChild(deps, record.redrive.base, id);
    const found = await findRedriven(deps, run, id);
    if (found === null) return { item, ...before };
    const { attempts, ...now } = await stateOf(deps, found.content, found.n);
    return { id, item, ...now, attempts: found.before + attempts };
  }
  const part = record.redrive
    ? (await readManifest(objects, run)).find(({ slice, segment }) => slice === ref.slice && segment === ref.segment)
        ?.part
    : (await stores.segments.read(run, ref)).frozen?.part;
  if (record.redrive && part === undefined) throw new ChildNotFoundError(run, id);
  if (part !== undefined) {
    const index = await readPartIndex(objects, part);
    const row = (await readPartBlock(objects, part, index, ref.block))[ref.n];
    if (!row) throw new ChildNotFoundError(run, id);
    return {
      id,
      status: row.status,
      item: await release(objects, row.item),
      reason: row.reason,
      result: await release(objects, row.result),
      attempts: row.attempts,
      ms: row.ms,
      endedAt: new Date(row.at).toISOString(),
      nextCallAt: null,
      waitsUntil: null,
    };
  }
  const content = await stores.blocks.readAll(run, ref);
  const item = content.pages.flatMap((page) => page.items)[ref.n];
  if (item === undefined || ref.n >= blockSize(content.pages)) throw new ChildNotFoundError(run, id);
  return { id, item: await release(objects, item), ...(await stateOf(deps, content, ref.n)) };
}

/** What a block says of one of its children. */
async function stateOf(
  { objects }: Pick<Deps, 'objects'>,
  { pages, outcomes, state }: BlockContent,
  n: number,
): Promise<Omit<ChildView, 'id' | 'item'>> {
  const end = mergeOutcomes(outcomes).get(n);
  const slot = pages.flatMap(slotsOf).findLast(({ first }) => first <= n);
  const { tries: all, waiting } = registerOf(state, slot?.first ?? 0);
  const tries = all.get(n);
  const until = end ? undefined : waiting?.get(n);
  return {
    status: end?.status ?? 'WAITING',
    reason: end?.reason ?? null,
    result: end ? await release(objects, end.result) : null,
    attempts: end?.attempts ?? callsOf(state, n),
    ms: end?.ms ?? null,
    endedAt: end ? new Date(end.at).toISOString() : null,
    nextCallAt: tries && tries.due > 0 ? new Date(tries.due).toISOString() : null,
    waitsUntil: until === undefined ? null : new Date(until).toISOString(),
  };
}
