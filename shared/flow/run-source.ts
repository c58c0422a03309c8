import * as z from 'zod';
import type { Source } from '../author/source.ts';
import { parseChildId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { mayHold, type Redrive, takes } from '../domain/redrive.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { readManifest } from '../storage/manifest.ts';
import { readPartBlock, readPartIndex } from '../storage/part.ts';

/** Where a run's items come from: the pipeline's source, or what failed in the run that it redrives. */
export function sourceOf(
  deps: Pick<Deps, 'pipeline' | 'objects'>,
  record: Pick<RunRecord, 'redrive'>,
): Source<unknown> {
  return record.redrive ? unsuccessfulRows(deps, record.redrive) : deps.pipeline.source;
}

/** What a run's source is asked with, the same at every restart. */
export function sourceContext({ params, limit, file, items }: Pick<RunRecord, 'params' | 'limit' | 'file' | 'items'>) {
  // The params as the schema made them once: parsing its own output again could fail, or change it.
  return { params, limit: limit ?? undefined, file, items };
}

/** Parts of the base that one slice reads: 64 of up to 65,536 rows. */
const PARTS_PER_SLICE = 64;

const slice = z.tuple([z.number(), z.number()], z.unknown());
/** Index of the part, and the block and child to go on behind. */
const position = z.tuple([z.number(), z.number(), z.number()], z.unknown());

/** The rows a redrive's filter takes, in the report's order: the base is frozen, so the source is pinned. */
function unsuccessfulRows({ objects }: Pick<Deps, 'objects'>, { base, filter }: Redrive): Source<unknown> {
  const relevant = async () => (await readManifest(objects, base)).filter(({ counts }) => mayHold(filter, counts));
  return {
    async plan() {
      const parts = await relevant();
      const slices: Json[] = [];
      for (let from = 0; from < parts.length; from += PARTS_PER_SLICE) slices.push([from, from + PARTS_PER_SLICE]);
      return slices;
    },
    async *read({ range, cursor }) {
      const [from, to] = slice.parse(range);
      const [fromPart, fromBlock, fromChild] = cursor === null ? [from, 0, -1] : position.parse(cursor);
      const parts = (await relevant()).slice(0, to);
      for (let p = fromPart; p < parts.length; p++) {
        const key = parts[p]?.part;
        if (key === undefined) break;
        const index = await readPartIndex(objects, key);
        const resumed = p === fromPart;
        for (let block = resumed ? fromBlock : 0; block < index.offsets.length - 1; block++) {
          for (const row of await readPartBlock(objects, key, index, block)) {
            const { n } = parseChildId(row.id);
            if (resumed && block === fromBlock && n <= fromChild) continue;
            if (!takes(filter, row.status, row.reason)) continue;
            yield { item: [row.id, row.item, row.attempts], cursor: [p, block, n] };
          }
        }
      }
    },
  };
}
