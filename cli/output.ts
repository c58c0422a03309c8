import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline as streamTo } from 'node:stream/promises';
import { knownSections } from '../shared/author/section.ts';
import { readSummary, type Summary } from '../shared/control/read-summary.ts';
import { MicroprocessError } from '../shared/domain/errors.ts';
import { CLOSE_REASONS, FINAL_STATUSES, type RunFailure } from '../shared/domain/run.ts';
import type { ObjectReader } from '../shared/ports/objects.ts';
import type { RunRecord } from '../shared/ports/run-store.ts';
import { calledPerSecond } from '../shared/report/called-per-second.ts';
import { DEFAULT_FORMAT, rate } from '../shared/report/format.ts';
import { formatFor } from '../shared/report/report-format.ts';
import { terminalLine } from '../shared/report/terminal.ts';
import { CANCELLED_TOO_LATE, CLOSED_WORDS, isCancelledTooLate, verdictWords } from '../shared/report/verdict.ts';
import { isOfDisk, UsageError } from './errors.ts';
import { inTheWay } from './in-the-way.ts';
import { hint, type Target } from './targets/target.ts';
import { count, duration, type Field, fields, plain } from './text.ts';

export type LocalSummary = Summary & { paths: { report: string; html: string; email?: string; summary: string } };

/** What a run's folder holds. */
const FILES = ['report.csv', 'report.html', 'email.eml', 'summary.json'];

/** What a run made could not be written here; the run itself is as it ended. */
class UnwrittenError extends MicroprocessError {
  readonly code = 'unwritten';
}

/**
 * Fetches what a run made into a folder of its own, and writes a summary.json that names the files there.
 * @throws {UnwrittenError} where the disk doesn't take them; says what is there, and how to fetch the rest
 */
export async function fetchOutput(
  { deps, flags, log }: Pick<Target, 'deps' | 'flags' | 'log'>,
  record: RunRecord,
  outDir: string,
): Promise<LocalSummary> {
  const summary = asMailedHere(await readSummary(deps.objects, record), log);
  const dir = join(outDir, summary.runId);
  const written: string[] = [];
  try {
    return await write(deps.objects, summary, dir, written);
  } catch (error) {
    if (!isOfDisk(error)) throw error;
    const obstacle = inTheWay([[dir, 'folder'], ...FILES.map((name) => [join(dir, name), 'file'] as const)]);
    throw new UnwrittenError(
      `${obstacle ?? error.message}. Of what run ${record.run} made, ${dir} has ${written.sort().join(', ') || 'nothing'} so far. ` +
        `The run itself is ${record.status.replaceAll('-', ' ')}, and kept: once ${obstacle ? 'that is moved away' : 'it can be written'}, ` +
        `fetch it with ${hint({ flags }, 'report', record.run)}`,
    );
  }
}

async function write(objects: ObjectReader, summary: Summary, dir: string, written: string[]): Promise<LocalSummary> {
  await mkdir(dir, { recursive: true });
  const fetched = async (key: string, name: string) => {
    const path = join(dir, name);
    await mkdir(dirname(path), { recursive: true });
    // Under a name of its own until it's whole: what was cut off half-way must not pass for a report, and two terminals may fetch one.
    const partial = `${path}.${randomUUID()}.part`;
    try {
      await streamTo(await objects.stream(key), createWriteStream(partial));
      await rename(partial, path);
      written.push(name);
    } finally {
      await rm(partial, { force: true });
    }
    return path;
  };
  const { csv, html, email } = summary.objects;
  const fetching = [
    fetched(csv, 'report.csv'),
    fetched(html, 'report.html'),
    email === undefined ? undefined : fetched(email, 'email.eml'),
  ] as const;
  // All come to their end: where one can't be written, the others may be.
  await Promise.allSettled(fetching);
  const [report, page, mail] = await Promise.all(fetching);
  // One after the other: of a partitioned output there may be thousands.
  for (const { key } of Object.values(summary.outputs).flat()) await fetched(key, nameOf(key));
  const paths = { report, html: page, ...(mail !== undefined && { email: mail }), summary: join(dir, 'summary.json') };
  const local = { ...summary, paths };
  await writeFile(paths.summary, `${JSON.stringify(local, null, 2)}\n`);
  return local;
}

/** An output's file lies where it does in the bucket, as its folders are what it is partitioned by. */
function nameOf(key: string): string {
  const name = key.slice(key.indexOf('/') + 1);
  if (name.split('/').includes('..')) throw new UsageError(`The summary names a file outside of its run: ${name}.`);
  return name;
}

/** A summary for people: its counts, then its sections, a line each. */
export function summaryFields({ counts, seconds, reasons, sections }: Summary): Field[] {
  const { total, succeeded, failed, cancelled, expired } = counts;
  const children =
    `${count(total)} (${rate(calledPerSecond(counts, reasons, seconds))}): ${count(succeeded)} succeeded, ${count(failed)} failed` +
    (cancelled > 0 ? `, ${count(cancelled)} cancelled` : '') +
    (expired > 0 ? `, ${count(expired)} expired` : '');
  const said: Field[] = [['children', children]];
  if (reasons.length > 0) {
    const most = reasons.slice(0, 5).map(({ reason, count: n }) => `${count(n)} × ${plain(reason)}`);
    said.push(['reasons', most.join(', ') + (reasons.length > 5 ? `, and ${reasons.length - 5} more` : '')]);
  }
  const known = knownSections(sections);
  const format = formatFor({}, known);
  return [...said, ...known.map((section) => terminalLine(section, format))];
}

/** Why a run failed though its children may not have. */
export function failureField(failure: RunFailure | null): Field {
  return ['failed by', failure ? plain(`${failure.reason}: ${failure.detail.split('\n', 1)[0]}`) : undefined];
}

const KEPT = 'kept';

/** The same with what became of the mail here. @param log present on this machine, whose SES keeps what it is given */
export function asMailedHere<S extends Pick<Summary, 'mail'>>(summary: S, log: string | undefined): S {
  return log !== undefined && summary.mail === 'sent' ? { ...summary, mail: KEPT } : summary;
}

/** What became of the mail, where there was to be one. */
export function mailField({ mail, told }: Pick<Summary, 'mail' | 'told'>): Field {
  const left = told.mail;
  if (left) return ['mail', plain(`${left.outcome}: ${left.detail}`)];
  if (mail === KEPT) return ['mail', 'kept, as this machine sends none'];
  return ['mail', mail === 'off' ? undefined : mail];
}

/** What became of channels. */
export const toldFields = ({ told }: Pick<Summary, 'told'>): Field[] =>
  Object.entries(told)
    .filter(([whom]) => whom !== 'mail')
    .map(([whom, { outcome, detail }]) => [plain(whom), plain(`${outcome}: ${detail}`)]);

/** Why a run that wasn't closed failed, or succeeded nevertheless: its failures, and how many are tolerated. */
function verdictField({ status, closed, counts, asked, failure }: Summary): Field {
  const known = FINAL_STATUSES.find((final) => final === status);
  const verdict =
    known && closed === null
      ? verdictWords({ status: known, counts, tolerated: asked?.tolerated, failure }, DEFAULT_FORMAT)
      : null;
  return ['why', verdict ?? undefined];
}

/** What says whether a close left anything out. */
interface Closed {
  readonly status: string;
  readonly closed: string | null;
  readonly counts: { readonly cancelled: number; readonly expired: number } | null;
}

/** Why a run was closed, for people. A word of a newer release is shown as it is. */
export function closedField({ status, closed, counts }: Closed): Field {
  const known = CLOSE_REASONS.find((reason) => reason === closed);
  if (known && isCancelledTooLate({ status, closed: known, counts })) return ['closed', CANCELLED_TOO_LATE];
  return ['closed', known ? CLOSED_WORDS[known] : (closed ?? undefined)];
}

/** A summary with the paths of what was fetched, and what may be looked at next. */
export function inWords(summary: LocalSummary, target: Pick<Target, 'flags' | 'log'>): string {
  const { runId, status, failure, seconds, counts, paths } = summary;
  const { log } = target;
  const from = (path: string | undefined) => path && relative(process.cwd(), path);
  return `
Run ${runId} ${status.replaceAll('-', ' ')} in ${duration(1_000 * seconds)}
${fields([
  closedField(summary),
  verdictField(summary),
  failureField(failure),
  ...summaryFields(summary),
  ['failures', counts.succeeded < counts.total ? hint(target, 'failures', runId) : undefined],
  mailField(summary),
  ...toldFields(summary),
  ['report', from(paths.report)],
  ['page', from(paths.html)],
  ['email', from(paths.email)],
  ['summary', from(paths.summary)],
  ['log', status === 'failed' ? from(log) : undefined],
])}`;
}
