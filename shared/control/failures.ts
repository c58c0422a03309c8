import { blockSize } from '../domain/chain.ts';
import { RunNotFoundError } from '../domain/errors.ts';
import { childId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { mergeOutcomes } from '../domain/outcome.ts';
import { parseRedrivenItem } from '../domain/redrive.ts';
import type { ChildStatus } from '../domain/row.ts';
import { isFinal } from '../domain/run.ts';
import { segmentsSoFar } from '../flow/segments-so-far.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { type ManifestPart, readManifest } from '../storage/manifest.ts';
import { readPartBlock, readPartIndex } from '../storage/part.ts';
import { release } from '../storage/spill.ts';

/** A child that did not succeed. */
export interface Failure {
  readonly id: string;
  readonly status: ChildStatus;
  readonly reason: string | null;
  readonly attempts: number;
  readonly item: Json;
  /** Excerpt of the last answer's body, where the definition keeps one. */
  readonly body: Json;
  /** ISO time. */
  readonly at: string;
}

/**
 * The children of a run that did not succeed, in the report's order, also while it goes on: from frozen parts, and for the
 * rest from what is stored so far. Streams: 190,000 of them take no more memory than one.
 * @throws {RunNotFoundError}
 */
export async function* failures(
  deps: Deps,
  run: string,
  filter: { readonly reason?: string | undefined } = {},
): AsyncGenerator<Failure> {
  const record = await deps.stores.runs.read(run);
  if (!record) throw new RunNotFoundError(deps.pipeline.name, run);
  const wanted = (reason: string | null) => filter.reason === undefined || reason === filter.reason;
  if (isFinal(record.status)) {
    for (const part of await readManifest(deps.objects, run)) yield* ofPart(deps, part, wanted);
  } else yield* soFar(deps, record, wanted);
}

type Wanted = (reason: string | null) => boolean;

async function* ofPart(
  { objects }: Deps,
  { part, counts, reasons }: Omit<ManifestPart, 'slice' | 'segment'>,
  wanted: Wanted,
) {
  if (counts.succeeded === counts.total || !Object.keys(reasons).some(wanted)) return;
  const index = await readPartIndex(objects, part);
  for (let block = 0; block < index.offsets.length - 1; block++) {
    for (const row of await readPartBlock(objects, part, index, block)) {
      if (row.status === 'SUCCEEDED' || !wanted(row.reason)) continue;
      const [item, body] = [await release(objects, row.item), await release(objects, row.result)];
      const { id, status, reason, attempts } = row;
      yield { id, status, reason, attempts, item, body, at: new Date(row.at).toISOString() };
    }
  }
}

async function* soFar(deps: Deps, { run, redrive }: RunRecord, wanted: Wanted): AsyncGenerator<Failure> {
  for await (const { ref, frozen, blocks } of segmentsSoFar(deps, run)) {
    if (frozen) {
      yield* ofPart(deps, frozen, wanted);
      continue;
    }
    for (let block = 0; block < blocks; block++) {
      const { pages, outcomes } = await deps.stores.blocks.readAll(run, { ...ref, block });
      const ends = mergeOutcomes(outcomes);
      const items = pages.flatMap((page) => page.items);
      for (let n = 0; n < blockSize(pages); n++) {
        const end = ends.get(n);
        if (!end || end.status === 'SUCCEEDED' || !wanted(end.reason)) continue;
        const value = await release(deps.objects, items[n] ?? null);
        const [id, item] = redrive ? parseRedrivenItem(value) : [childId({ ...ref, block, n }), value];
        const { status, reason, attempts } = end;
        const at = new Date(end.at).toISOString();
        yield {
          id,
          status,
          reason,
          attempts,
          item: await release(deps.objects, item),
          body: await release(deps.objects, end.result),
          at,
        };
      }
    }
  }
}
