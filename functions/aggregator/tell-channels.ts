import { channelsFor } from '../../shared/author/channels.ts';
import type { ToldRecord } from '../../shared/ports/notice-store.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { noticeOf } from '../../shared/report/notice.ts';
import type { ReportView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';

/**
 * Tells each channel of the run's end, and records what came of it. Whom an earlier finisher has told is left out; one that died
 * between the telling and the record tells twice, under the same key.
 */
export async function tellChannels(
  { pipeline, stores, notifier, clock, log, metrics }: AggregatorDeps,
  { run, ttl }: RunRecord,
  view: ReportView,
): Promise<Readonly<Record<string, ToldRecord>>> {
  const channels = channelsFor(pipeline.report.channels, view.status);
  if (channels.length === 0) return {};
  const known = await stores.notices.read(run);
  const notice = noticeOf(view);
  const told = await Promise.all(
    channels.map(async (channel): Promise<[string, ToldRecord]> => {
      const { name } = channel;
      const before = known[name];
      if (before) return [name, before];
      const now = { ...(await notifier.tell(channel, notice)), at: clock.now() };
      await stores.notices.record(run, name, now, ttl);
      if (now.outcome === 'failed') {
        log.error('A channel was not told.', { channel: name, detail: now.detail });
        metrics.count('MailNotSent', 1);
      }
      return [name, now];
    }),
  );
  return Object.fromEntries(told);
}
