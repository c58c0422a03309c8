import type { ProgressStore } from '../../ports/progress-store.ts';
import { N, numberOf, S } from './attributes.ts';
import type { Keys } from './keys.ts';
import type { TableClient } from './table-client.ts';

export function progressStore(table: TableClient, keys: Keys): ProgressStore {
  return {
    async bump(run, shard, delta, now, ttl) {
      await table.update(keys.progress(run, shard), {
        set: ['seenAt = :now', '#ttl = :ttl'],
        add: ['succeeded :succeeded', 'failed :failed', 'retried :retried'],
        names: { '#ttl': 'ttl' },
        values: {
          ':now': N(now),
          ':ttl': N(ttl),
          ':succeeded': N(delta.succeeded),
          ':failed': N(delta.failed),
          ':retried': N(delta.retried),
        },
      });
    },

    async read(run) {
      const { pk, sk } = keys.progress(run, '');
      const shards = await table.query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
        ExpressionAttributeValues: { ':pk': S(pk), ':sk': S(sk) },
      });
      const sum = (name: string) => shards.reduce((total, shard) => total + (numberOf(shard, name) ?? 0), 0);
      return {
        succeeded: sum('succeeded'),
        failed: sum('failed'),
        retried: sum('retried'),
        at: Math.max(0, ...shards.map((shard) => numberOf(shard, 'seenAt') ?? 0)),
      };
    },
  };
}
