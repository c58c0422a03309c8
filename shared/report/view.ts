import type { Statistics } from '../domain/reduce.ts';
import type { CloseReason } from '../domain/run.ts';

/** How a run ended, as its report says it. */
export const RUN_OUTCOMES = ['succeeded', 'succeeded-with-failures', 'failed', 'cancelled', 'expired'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** A link at the report's foot or in its mail. Shown only where `href` is http or https. */
export interface ReportLink {
  readonly label: string;
  readonly href: string;
}

/** Everything report.html, the mail and summary.json show of one run; made once, at the finish. */
export interface ReportView {
  readonly pipeline: string;
  readonly title: string;
  readonly run: string;
  readonly status: RunOutcome;
  /** Why it was closed before its children were all called, where it was. */
  readonly closed?: CloseReason | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly counts: {
    readonly total: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly expired: number;
  };
  /** Reason codes of the children that didn't succeed, most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  readonly statistics: Statistics | null;
  readonly credits: readonly string[];
  readonly links?: readonly ReportLink[];
}

/** What a reader should see of an outcome: a sign that survives without colour, words, and a tone for styling. */
export const OUTCOMES: Readonly<Record<RunOutcome, { sign: string; label: string; tone: 'good' | 'warn' | 'bad' }>> = {
  succeeded: { sign: '✔', label: 'Succeeded', tone: 'good' },
  'succeeded-with-failures': { sign: '⚠', label: 'Succeeded with failures', tone: 'warn' },
  failed: { sign: '✖', label: 'Failed', tone: 'bad' },
  cancelled: { sign: '■', label: 'Cancelled', tone: 'warn' },
  expired: { sign: '✖', label: 'Expired at its deadline', tone: 'bad' },
};

/** The links a browser or mail client may be given: an href out of data could be `javascript:`. */
export function safeLinks(links: readonly ReportLink[] = []): readonly ReportLink[] {
  return links.filter(({ href }) => /^https?:\/\//i.test(href));
}
