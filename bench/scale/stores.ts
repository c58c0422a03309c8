import { keysOf } from '../../shared/adapters/dynamodb/keys.ts';
import { storesOn } from '../../shared/adapters/dynamodb/stores-on.ts';
import { LAYOUT } from '../../shared/domain/layout.ts';
import type { Stores } from '../../shared/ports/stores.ts';
import type { MemoryTable } from '../../testing/memory-table.ts';

/**
 * The deployed stores over a table that lets a segment's blocks go once it is frozen: from then on nobody reads them. So a run of
 * any length keeps what is under way.
 */
export function scaleStores(table: MemoryTable, pipeline: string): Stores {
  const stores = storesOn(table, pipeline);
  const keys = keysOf(pipeline);
  return {
    ...stores,
    segments: {
      ...stores.segments,
      async freeze(run, ref, frozen) {
        const stored = await stores.segments.freeze(run, ref, frozen);
        for (let block = 0; block < LAYOUT.segmentBlocks(ref.segment); block++)
          table.expire(keys.block(run, { ...ref, block }).pk);
        return stored;
      },
    },
  };
}
