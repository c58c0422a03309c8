import * as z from 'zod';
import { courseSchema } from '../../domain/course.ts';
import type { Json } from '../../domain/json.ts';
import type { SegmentRef } from '../../domain/layout.ts';
import { countsSchema } from '../../domain/run.ts';
import type { Frozen, SegmentRecord, SegmentStore } from '../../ports/segment-store.ts';
import { B, bytesOf, type Item, N, NS, numberOf, required, S, setOf, stringOf } from './attributes.ts';
import { pack, unpack } from './codec.ts';
import { absent, all, equals } from './conditions.ts';
import type { ItemTable, Update } from './item-table.ts';
import type { Keys } from './keys.ts';

const frozen = z.object({
  part: z.string(),
  counts: countsSchema,
  reasons: z.record(z.string(), z.number()),
  reducedBy: z.string().optional(),
  reduceError: z.string().optional(),
  csvBytes: z.number().optional(),
  // Of another form, it is missed by a chart and by nothing else.
  course: courseSchema.optional().catch(undefined),
});

const json = z.custom<Json>((value) => value !== undefined);

export function segmentStore(table: ItemTable, keys: Keys): SegmentStore {
  const update = async (run: string, segment: SegmentRef, ttl: number, change: Update) =>
    recordOf(
      (await table.update(keys.segment(run, segment), {
        ...change,
        set: { ttl: N(ttl), ...change.set },
      })) ?? {},
    );

  return {
    async read(run, segment) {
      return recordOf((await table.get(keys.segment(run, segment))) ?? {});
    },

    addBlock: (run, { slice, segment, block }, ttl) =>
      update(run, { slice, segment }, ttl, { add: { done: NS([block]) } }),

    setSize: (run, segment, size, ttl) => update(run, segment, ttl, { set: { size: N(size) } }),

    async countAttempt(run, segment, change, ttl) {
      const added = { set: { ttl: N(ttl) }, add: { attempts: N(change) } };
      return numberOf((await table.update(keys.segment(run, segment), added)) ?? {}, 'attempts') ?? 0;
    },

    async countLate(run, segment, ttl) {
      const added = { set: { ttl: N(ttl) }, add: { late: N(1) }, condition: absent('frozen') };
      const item = await table.update(keys.segment(run, segment), added);
      return item && recordOf(item);
    },

    async freeze(run, segment, value, late = 0) {
      const key = keys.segment(run, segment);
      const { statistics, ...numbers } = value;
      const written = await table.update(key, {
        set: {
          frozen: S(JSON.stringify(numbers)),
          ...(statistics !== undefined && { stats: B(pack(statistics)) }),
        },
        condition: all(absent('frozen'), late === 0 ? absent('late') : equals('late', late)),
      });
      return written ? value : frozenOf(required(await table.get(key), 'SEG'));
    },
  };
}

function recordOf(item: Item): SegmentRecord {
  const late = numberOf(item, 'late');
  const state = { done: setOf(item, 'done'), size: numberOf(item, 'size'), frozen: frozenOf(item) };
  return late === null ? state : { ...state, late };
}

function frozenOf(item: Item): Frozen | null {
  const text = stringOf(item, 'frozen');
  if (text === null) return null;
  const stats = bytesOf(item, 'stats');
  return { ...frozen.parse(JSON.parse(text)), ...(stats && { statistics: json.parse(unpack(stats)) }) };
}
