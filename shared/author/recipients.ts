import { type FinalStatus, isGood } from '../domain/run.ts';
import type { Pipeline } from './definition.ts';

type Report = Pick<Pipeline['report'], 'email' | 'onSuccess' | 'onFailure'>;

/** Who gets the report of a run that ended so, each once. */
export function recipientsOf({ email, onSuccess, onFailure }: Report, status: FinalStatus): readonly string[] {
  return [...new Set([...email, ...(isGood(status) ? onSuccess : onFailure)])];
}

/** Whoever gets a report of some outcome, each once. */
export function allRecipients({ email, onSuccess, onFailure }: Report): readonly string[] {
  return [...new Set([...email, ...onSuccess, ...onFailure])];
}

/** Whether mails carry links to the report: only then does something answer at these. */
export function hasReportLinks(report: Report & Pick<Pipeline['report'], 'linkDays'>): boolean {
  return report.linkDays !== undefined && allRecipients(report).length > 0;
}
