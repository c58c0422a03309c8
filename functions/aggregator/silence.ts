import { isDeepStrictEqual } from 'node:util';
import { channelsFor, MAIL } from '../../shared/author/channels.ts';
import { recipientsOf } from '../../shared/author/recipients.ts';
import { isGood } from '../../shared/domain/run.ts';
import type { ToldRecord } from '../../shared/ports/notice-store.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { ReportView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';

/**
 * Why nobody is told of a run's end, mail and channels alike; null where they are. What one finisher decided holds for the next; one that
 * dies before it has told anybody is counted twice within its hour.
 */
export async function whySilent(
  { pipeline, stores, clock, mailFrom }: Pick<AggregatorDeps, 'pipeline' | 'stores' | 'clock' | 'mailFrom'>,
  { run, mail, ttl }: RunRecord,
  view: ReportView,
): Promise<ToldRecord | null> {
  const { report } = pipeline;
  const { status } = view;
  const isMailed = mailFrom !== '' && recipientsOf(report, status).length > 0;
  if (!isMailed && channelsFor(report.channels, status).length === 0) return null;
  // The mail is on its way already: what is left goes with it.
  if (mail !== null && mail !== 'off') return null;
  const known = await stores.notices.read(run);
  if (known[MAIL]) return known[MAIL];
  // So are the channels: to be counted again could only hold back the rest.
  if (Object.keys(known).length > 0) return null;
  const now = clock.now();
  const keep = async (outcome: 'held' | 'quiet', detail: string): Promise<ToldRecord> => {
    const told = { outcome, detail, at: now };
    await stores.notices.record(run, MAIL, told, ttl);
    return told;
  };
  if (report.quiet && wentAsBefore(view) && (await wasToldSo(stores, view)))
    return keep('quiet', `it went as ${view.previous?.run}, and report.quiet is set`);
  // Apart from each other: many that succeed must not hide the one that fails.
  if (await stores.notices.admit(isGood(status) ? 'good' : 'bad', now, report.mailsPerHour)) return null;
  const detail = `${report.mailsPerHour} runs that ended so were told of within the hour (report.mailsPerHour)`;
  return keep('held', detail);
}

/** Whether who is told of this run knows how the run before ended: it ended alike, and was not held back. */
async function wasToldSo(stores: AggregatorDeps['stores'], { previous, status }: ReportView): Promise<boolean> {
  if (!previous) return false;
  const [before, told] = await Promise.all([stores.runs.read(previous.run), stores.notices.read(previous.run)]);
  return before?.status === status && told[MAIL]?.outcome !== 'held';
}

/** Whether nothing of it is news to who was told of the run before: no count, no reason, no figure. */
function wentAsBefore({ previous, failure, counts, reasons }: ReportView): boolean {
  if (!previous || previous.isOther || failure || previous.reasons === null) return false;
  const countsOf = (all: readonly { readonly reason: string; readonly count: number }[]) =>
    Object.fromEntries(all.map(({ reason, count }) => [reason, count]));
  return (
    isDeepStrictEqual(counts, previous.counts) &&
    isDeepStrictEqual(countsOf(reasons), countsOf(previous.reasons)) &&
    previous.figures.every(({ now, before }) => now === before)
  );
}
