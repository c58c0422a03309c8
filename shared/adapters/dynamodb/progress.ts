import type { ProgressStore } from '../../ports/progress-store.ts';
import { N, numberOf, S, stringOf } from './attributes.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

export function progressStore(table: ItemTable, keys: Keys): ProgressStore {
  return {
    async bump(run, shard, delta, now, ttl) {
      await table.update(keys.progress(run, shard), {
        set: {
          seenAt: N(now),
          ttl: N(ttl),
          ...(delta.retriedFor !== undefined && { retriedFor: S(delta.retriedFor), retriedAt: N(now) }),
        },
        add: {
          succeeded: N(delta.succeeded),
          failed: N(delta.failed),
          retried: N(delta.retried),
          ...(delta.waiting && { waiting: N(delta.waiting) }),
          ...(delta.calledMs !== undefined && { calledMs: N(delta.calledMs) }),
          ...(delta.pressed && { pressed: N(delta.pressed) }),
        },
      });
    },

    async read(run) {
      const { pk, sk } = keys.progress(run, '');
      const shards = await table.query({ partition: pk, prefix: sk });
      const sum = (name: string) => shards.reduce((total, shard) => total + (numberOf(shard, name) ?? 0), 0);
      const calledMs = sum('calledMs');
      const latest = shards.reduce<{ at: number; reason: string | null }>(
        (known, shard) => {
          const at = numberOf(shard, 'retriedAt') ?? 0;
          return at > known.at ? { at, reason: stringOf(shard, 'retriedFor') } : known;
        },
        { at: 0, reason: null },
      );
      return {
        ...(latest.reason !== null && { retriedFor: latest.reason }),
        succeeded: sum('succeeded'),
        failed: sum('failed'),
        retried: sum('retried'),
        ...(sum('waiting') !== 0 && { waiting: sum('waiting') }),
        ...(calledMs > 0 && { calledMs }),
        ...(sum('pressed') > 0 && { pressed: sum('pressed') }),
        at: Math.max(0, ...shards.map((shard) => numberOf(shard, 'seenAt') ?? 0)),
      };
    },
  };
}
