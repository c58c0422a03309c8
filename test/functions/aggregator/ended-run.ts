import type { AggregatorDeps } from '../../../functions/aggregator/deps.ts';
import { splitSlice } from '../../../functions/splitter/split.ts';
import { startRun } from '../../../shared/control/start.ts';
import { giveUp } from '../../../shared/flow/commit.ts';
import { MemoryNotifier } from '../../../testing/notifier.ts';
import { type TestDeps, testDeps, testPipeline } from '../../shared/support.ts';

export interface Aggregated {
  readonly deps: TestDeps & AggregatorDeps;
  readonly mails: Uint8Array[];
  readonly told: MemoryNotifier['told'];
}

/** A run `march` of three children that have all ended so; the aggregator has been notified of its one segment. */
export async function endedRun(
  status: 'FAILED' | 'CANCELLED' | 'EXPIRED' = 'FAILED',
  report: NonNullable<Parameters<typeof testPipeline>[0]>['report'] = {},
): Promise<Aggregated> {
  const base = testDeps(testPipeline({ report: { email: ['data@example.com'], ...report } }));
  const mails: Uint8Array[] = [];
  const notifier = new MemoryNotifier();
  const deps = {
    ...base,
    mailFrom: 'reports@example.com',
    reduceDigest: 'today',
    mailer: {
      async send({ raw }: { raw: Uint8Array }) {
        mails.push(raw);
        return { outcome: 'sent', messageId: '1' } as const;
      },
    },
    notifier,
    events: { runEnded: async () => undefined },
  };
  await startRun(deps, { runId: 'march' }, 'cli');
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  await splitSlice(deps, run, 0, { id: 'splitter', deadline: deps.clock.now() + 300_000 });
  const ref = { slice: 0, segment: 0, block: 0 };
  const state = await deps.stores.blocks.read('march', ref);
  const why = { status, reason: 'dead-letter' } as const;
  await giveUp(deps, { run: 'march', ref, size: 3, ttl: run.ttl }, state, [0, 1, 2], why);
  return { deps, mails, told: notifier.told };
}
