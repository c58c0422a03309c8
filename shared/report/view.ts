import type { Section } from '../author/section.ts';
import type { Json } from '../domain/json.ts';
import type { CloseReason, FinalStatus, RunFailure, Tolerance } from '../domain/run.ts';
import { type FormatOptions, short } from './format.ts';

/** A link at the report's foot or in its mail. Shown only where `href` is http or https. */
export interface ReportLink {
  readonly label: string;
  readonly href: string;
}

/** A child that ended for a reason. */
export interface ReasonExample {
  readonly id: string;
  /** What its item is called, by a column of the report; null where none says. */
  readonly label: string | null;
  /** Of the answer's body, where the definition allows it. */
  readonly excerpt: string | null;
}

/** How the calls of a run went over time. Of a redrive, those of the children that it called again. */
export interface CallsView {
  /** The first bucket's beginning, epoch milliseconds, and each one's width. */
  readonly from: number;
  readonly widthMs: number;
  /** Children that ended in each bucket, and what their last calls took on average; null where none ended. */
  readonly ended: readonly number[];
  readonly meanMs: readonly (number | null)[];
  /** Of the children's last calls, within 5 %. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Children that were called more than once, and their calls beyond the first; null of a redrive: all its children were. */
  readonly repeated: { readonly children: number; readonly calls: number } | null;
  /** Calls that met pressure, at least: they spent no try. */
  readonly pressed: number;
}

/** What a report says of an earlier run of its pipeline. What isn't known any more is null. */
export interface PreviousView {
  readonly run: string;
  readonly startedAt: number;
  /** Whether it had other parameters. */
  readonly isOther: boolean;
  readonly counts: ReportView['counts'];
  /** Null where one of the two is a redrive: it calls a part of the children. */
  readonly tookMs: number | null;
  readonly reasons: readonly { readonly reason: string; readonly count: number }[] | null;
  readonly calls: Pick<CallsView, 'medianMs' | 'p95Ms'> | null;
  /** Numbers of both runs' sections that have the same keys. */
  readonly figures: readonly {
    /** Key of the section that it stands in. */
    readonly of: string;
    readonly label: string;
    readonly unit?: string | undefined;
    readonly now: number;
    readonly before: number;
  }[];
}

/** What a run was asked to do, and by what it is judged. */
export interface AskedView {
  /** What started it. */
  readonly trigger: string;
  readonly method: string;
  /** Service and path, or URL. */
  readonly endpoint: string;
  readonly params: Json;
  /** First items only; null for all. */
  readonly limit: number | null;
  readonly redriveOf: string | null;
  readonly tolerated: Tolerance;
  /** Tells versions of the definition, and of the code that reduces, apart. */
  readonly definition: string;
}

/** How a report looks: what a definition's `report` says of it. */
export interface ReportLook extends FormatOptions {
  /** A PNG or JPEG as a data URL. */
  readonly logo?: string | undefined;
}

/** Everything report.html, the mail and summary.json show of one run; made once, at the finish. */
export interface ReportView {
  readonly pipeline: string;
  readonly title: string;
  readonly look?: ReportLook | undefined;
  readonly run: string;
  readonly status: FinalStatus;
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
  /** Failed children that it may have and still succeed. */
  readonly tolerated?: Tolerance | undefined;
  /** Reason codes of the children that didn't succeed, most frequent first. */
  readonly reasons: readonly {
    readonly reason: string;
    readonly count: number;
    readonly examples?: readonly ReasonExample[];
  }[];
  readonly asked?: AskedView | undefined;
  /** Whether its mail shows the parameters' values: they may be personal. */
  readonly mailsParams?: boolean | undefined;
  /** Where report.csv is, for what can't be attached; null where nobody can look, as in an emulator. */
  readonly csvPlace?: { readonly uri: string; readonly console: string } | null | undefined;
  /** What may be done next, as command lines. */
  readonly next?: readonly { readonly what: string; readonly command: string }[];
  /** How its calls went; null where that isn't known, or none was made. */
  readonly calls?: CallsView | null | undefined;
  /** The run before it, to compare with; null where there is none. */
  readonly previous?: PreviousView | null | undefined;
  /** What the reduce makes of it, in order. */
  readonly sections: readonly Section[];
  /** Why there are no sections of the reduce's, where it failed; or what closed the run. */
  readonly failure?: RunFailure | null;
  readonly credits: readonly string[];
  readonly links?: readonly ReportLink[];
}

/** What a report shows in the place of its sections where there are none. */
export function failureSection({ reason, detail }: RunFailure): Section {
  const text = `${reason}: ${detail}

What the reduce makes of the whole run is missing. Every child has its row in report.csv, as it ended. Once the reduce is mended, a redrive makes the report again and calls only what failed.`;
  return { kind: 'text', key: 'failure', title: 'The reduce failed', text };
}

/** What a report shows before its sections where its outputs could not be made. */
export function outputsFailedSection({ reason, detail }: RunFailure): Section {
  const text = `${reason}: ${detail}

The report is whole, its outputs are missing. Once they are mended, a redrive makes them and calls only what failed.`;
  return { kind: 'text', key: 'outputs-failed', title: 'An output failed', text };
}

/** What a report shows before its sections where the source gave fewer items than expected. */
export function tooFewSection({ detail }: RunFailure): Section {
  const text = `Fewer children than expected: ${detail}.

An empty source is most often a broken one. Where it isn't, the definition's expect.minChildren says so.`;
  return { kind: 'text', key: 'too-few', title: 'Too few items', text };
}

/** What a report shows before its sections where a failure closed the run. */
export function closedSection({ reason, detail }: RunFailure): Section {
  const text = `${reason}: ${detail}

What was called before has its rows in report.csv; items behind it were never read.`;
  return { kind: 'text', key: 'failure', title: 'The source failed', text };
}

/** What a reader should see of an outcome: a sign that survives without colour, words, and a tone for styling. */
export const OUTCOMES: Readonly<Record<FinalStatus, { sign: string; label: string; tone: 'good' | 'warn' | 'bad' }>> = {
  succeeded: { sign: '✔', label: 'Succeeded', tone: 'good' },
  'succeeded-with-failures': { sign: '⚠', label: 'Succeeded with failures', tone: 'warn' },
  failed: { sign: '✖', label: 'Failed', tone: 'bad' },
  cancelled: { sign: '■', label: 'Cancelled', tone: 'warn' },
  expired: { sign: '✖', label: 'Expired at its deadline', tone: 'bad' },
};

/** What stands below command lines. */
export const STAGE_NOTE = 'In the project of the pipeline; of a deployed run with --stage and its name.';

/** What a mail says of the whole report. */
export function reportWords(
  { pipeline, run, csvPlace }: Pick<ReportView, 'pipeline' | 'run' | 'csvPlace'>,
  attached: boolean,
): string {
  if (attached) return 'The full report is attached.';
  const at = csvPlace ? ` It is ${csvPlace.uri}.` : '';
  return `The full report is too large for a mail.${at} Fetch it with npx microprocess report ${run} --pipeline ${pipeline}, at a stage with --stage and its name.`;
}

/** The links of a mail: the view's own and, of a report that isn't attached, where the account's owners see it. */
export function mailLinks({ links = [], csvPlace }: ReportView, attached: boolean): readonly ReportLink[] {
  const place =
    attached || !csvPlace?.console ? [] : [{ label: 'report.csv in the S3 console', href: csvPlace.console }];
  return [...links, ...place];
}

/** An example of a reason on one line: its child, what that is called, and what the service said. */
export function exampleWords({ id, label, excerpt }: ReasonExample): string {
  return [
    `${id}${label === null ? '' : ` ${short(label, 60)}`}`,
    ...(excerpt === null ? [] : [short(excerpt, 160)]),
  ].join(': ');
}

/** The links a browser or mail client may be given: an href out of data could be `javascript:`. */
export function safeLinks(links: readonly ReportLink[] = []): readonly ReportLink[] {
  return links.filter(({ href }) => /^https?:\/\//i.test(href));
}
