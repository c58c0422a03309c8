import { field } from '../../shared/author/columns.ts';
import { showChild } from '../../shared/control/show-child.ts';
import { type CloseReason, isFinal } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { type StoredChild, storedChildren } from './chain.ts';
import { answerTo } from './pipeline.ts';
import { type ReportRow, readReport } from './report.ts';
import type { AnyWorld } from './world.ts';

/** What is wrong with a run that has ended, or should have. */
export interface Findings {
  /** Children of the chain without a row. */
  lost: number;
  /** Rows too many. */
  twice: number;
  /** Not final in time. */
  stuck: number;
  /** Mails that went out, and those beyond the one. */
  mails: number;
  mailsTooMany: number;
  /** Rows of the report. */
  children: number;
  /** All of it, and whatever else is wrong, in words. */
  readonly problems: string[];
}

export interface CheckOptions {
  /** Why the run was closed on purpose. */
  readonly closed?: CloseReason;
  /** Children whose `show` is compared. */
  readonly samples?: number;
  /** Rows the report has; the chain's own children unless it is a redrive's. */
  readonly expected?: readonly StoredChild[];
}

/** Holds a run against what was stored, sent and called. The world is to be drained before. */
export async function checkRun(world: AnyWorld, run: string, options: CheckOptions = {}): Promise<Findings> {
  const findings: Findings = { lost: 0, twice: 0, stuck: 0, mails: 0, mailsTooMany: 0, children: 0, problems: [] };
  const { problems } = findings;
  const record = await world.deps.stores.runs.read(run);
  if (!record || !isFinal(record.status)) {
    findings.stuck = 1;
    problems.push(`Run ${run} is stuck: ${record?.status ?? 'there is none'}.`);
    return findings;
  }
  if (record.closed !== (options.closed ?? null)) problems.push(`Run ${run} was closed: ${record.closed}.`);
  const stored = await storedChildren(world.deps, run);
  const expected = options.expected ?? stored;
  const { rows, summary, csvBytes } = await readReport(world.deps, run);
  checkRows(findings, expected, rows);
  checkCounts(problems, record, rows, summary, csvBytes);
  await checkCalls(problems, world, record, stored);
  checkMessages(problems, world, run, stored);
  for (const segment of world.journal.thawed) problems.push(`Segment ${segment} was frozen twice.`);
  await checkShown(problems, world, run, rows, options.samples ?? 20);
  findings.children = rows.length;
  findings.mails = mailsOf(world, run);
  findings.mailsTooMany = Math.max(0, findings.mails - 1);
  if (findings.mailsTooMany > 0) problems.push(`Run ${run} sent ${findings.mails} mails.`);
  const told = world.events.ended.filter((event) => event.run === run);
  if (told.length === 0) problems.push(`Run ${run} ended without an event.`);
  return findings;
}

function checkRows(findings: Findings, expected: readonly StoredChild[], rows: readonly ReportRow[]): void {
  const { problems } = findings;
  const seen = new Map<string, number>();
  for (const { id } of rows) seen.set(id, (seen.get(id) ?? 0) + 1);
  findings.lost = expected.filter(({ id }) => !seen.has(id)).length;
  findings.twice = rows.length - seen.size;
  if (findings.lost > 0) problems.push(`${findings.lost} children have no row.`);
  if (findings.twice > 0) problems.push(`${findings.twice} rows are there twice.`);
  const order = rows.findIndex(({ id }, at) => id !== expected[at]?.id);
  if (order >= 0 || rows.length !== expected.length) {
    problems.push(`Row ${order} is ${rows[order]?.id}, not ${expected[order]?.id}; ${rows.length} rows.`);
  }
  for (const [at, row] of rows.entries()) {
    const item = expected[at]?.item;
    if (row.i !== field('i', item) || row.reading !== field('reading', item))
      problems.push(`Row ${row.id} holds another item than the chain.`);
    const isRight = row.value === '' || Number(row.value) === answerTo(row.i).value;
    if (!isRight) problems.push(`Row ${row.id} holds the answer to another item: ${row.value}.`);
    if ((row.status === 'SUCCEEDED') !== (row.reason === '')) {
      problems.push(`Row ${row.id} is ${row.status} with reason "${row.reason}".`);
    }
  }
}

function checkCounts(
  problems: string[],
  record: RunRecord,
  rows: readonly ReportRow[],
  { status, counts, reasons, reportBytes }: Awaited<ReturnType<typeof readReport>>['summary'],
  csvBytes: number,
): void {
  const of = (wanted: string) => rows.filter((row) => row.status === wanted).length;
  const counted = {
    total: rows.length,
    succeeded: of('SUCCEEDED'),
    failed: of('FAILED'),
    cancelled: of('CANCELLED'),
    expired: of('EXPIRED'),
  };
  if (JSON.stringify(counts) !== JSON.stringify(counted)) {
    problems.push(`The summary counts ${JSON.stringify(counts)}, the rows are ${JSON.stringify(counted)}.`);
  }
  if (JSON.stringify(record.counts) !== JSON.stringify(counts)) problems.push('RUN counts otherwise than the summary.');
  if (record.status !== status) problems.push(`RUN is ${record.status}, the summary says ${status}.`);
  const reasoned = reasons.reduce((sum, { count }) => sum + count, 0);
  if (reasoned !== rows.length - counted.succeeded) problems.push(`Reasons are counted for ${reasoned} children.`);
  if (reportBytes !== csvBytes) problems.push(`The report has ${csvBytes} bytes, the summary says ${reportBytes}.`);
}

/**
 * Invariant 6: calls of a child ≤ its attempts + pressure + crashes + duplicate deliveries + re-sends that caught it in flight + halvings of its batch. Of a slot's
 * deliveries, one per turn is the attempt itself, unless that failed; the others stand behind a failure, a lost deletion or a
 * duplicate. And none past the deadline.
 */
async function checkCalls(
  problems: string[],
  { journal, pipeline, deps }: AnyWorld,
  record: RunRecord,
  stored: readonly StoredChild[],
): Promise<void> {
  const { run } = record;
  const lastCall = journal.lastCall.get(run) ?? 0;
  if (lastCall >= record.deadline) {
    problems.push(`A child was called ${lastCall - record.deadline} ms past the deadline.`);
  }
  let at = '';
  /** Calls that nothing of their own child explains: failures that the breaker spared are. */
  let unexplained = 0;
  const unlikely: string[] = [];
  let attempts = new Map<number, number>();
  for (const { id, slot, block, n } of stored) {
    if (at !== JSON.stringify(block)) {
      at = JSON.stringify(block);
      attempts = new Map();
      // Of all pages, and below of all registers: a duplicate that succeeded may have won over an attempt that came later.
      for (const { outcomes } of (await deps.stores.blocks.readAll(run, block)).outcomes) {
        for (const outcome of outcomes)
          attempts.set(outcome.n, Math.max(outcome.attempts, attempts.get(outcome.n) ?? 0));
      }
    }
    const calls = journal.calls.get(`${run}/${id}`) ?? 0;
    const failed = journal.failed.get(slot);
    let repeats = 0;
    for (const [turn, deliveries] of journal.deliveries.get(slot) ?? []) {
      repeats += Math.max(deliveries - 1, failed?.get(turn) ?? 0);
    }
    const pressed = journal.pressed.get(`${run}/${id}`) ?? 0;
    const resends = journal.resends.get(slot) ?? 0;
    const halvings = journal.together.get(`${run}/${id}`) ?? 0;
    const tries = journal.tries.get(`${run}/${block.slice}-${block.segment}.${block.block}/${n}`) ?? 0;
    const own = Math.max(attempts.get(n) ?? 0, tries);
    // Poison's crashes are counted with its attempts.
    if (own > pipeline.retry.attempts + 2) problems.push(`Child ${id} has ${own} attempts.`);
    const beyond = calls - own - pressed - repeats - resends - halvings;
    if (beyond > 0) {
      unexplained += beyond;
      const allowed = `${own} attempts, ${pressed} under pressure, ${repeats} repeats, ${resends} re-sends, ${halvings} halvings`;
      unlikely.push(`Child ${id} was called ${calls} times: ${allowed}.`);
    }
  }
  if (unexplained > journal.spared * (pipeline.endpoint.itemsPerCall ?? 1)) problems.push(...unlikely);
}

/** A turn is sent once; turn 0 again by each splitter that took its slice up. */
function checkMessages(problems: string[], { journal }: AnyWorld, run: string, stored: readonly StoredChild[]): void {
  const slices = new Map(stored.map(({ slot, slice }) => [slot, slice]));
  for (const [slot, turns] of journal.sends) {
    if (!slot.startsWith(`${run}/`)) continue;
    const slice = slices.get(slot);
    if (slice === undefined) problems.push(`Slot ${slot} was sent, but is not in the chain.`);
    for (const [turn, sends] of turns) {
      const allowed = turn === 0 ? (journal.splits.get(`${run}/${slice}`) ?? 0) : 1;
      if (sends > allowed)
        problems.push(`Turn ${turn} of slot ${slot} was sent ${sends} times, allowed are ${allowed}.`);
    }
  }
}

async function checkShown(
  problems: string[],
  world: AnyWorld,
  run: string,
  rows: readonly ReportRow[],
  samples: number,
): Promise<void> {
  const step = Math.max(1, Math.floor(rows.length / Math.max(1, samples)));
  for (let at = 0; at < rows.length && samples > 0; at += step) {
    const row = rows[at];
    if (!row) continue;
    const shown = await showChild(world.deps, run, row.id);
    const agrees =
      shown.status === row.status && (shown.reason ?? '') === row.reason && shown.attempts === row.attempts;
    if (!agrees)
      problems.push(`Child ${row.id} is shown as ${JSON.stringify(shown)}, reported as ${JSON.stringify(row)}.`);
  }
}

/** Mails that went out for a run; its id is in their attachment's name. */
function mailsOf({ mailer, pipeline }: AnyWorld, run: string): number {
  return mailer.sent.filter(({ raw }) => Buffer.from(raw).includes(`<${pipeline.name}.${run}@`)).length;
}

/** Nothing is left on any queue, and what went to a dead-letter queue is recorded. */
export async function checkQueues(world: AnyWorld): Promise<string[]> {
  const problems: string[] = [];
  for (const queue of [...Object.values(world.queues), ...Object.values(world.deadLetters)]) {
    const size = await queue.size;
    if (size > 0) problems.push(`Queue ${queue.name} still holds ${size} messages.`);
  }
  const buried = Object.values(world.queues).reduce((sum, queue) => sum + queue.buried.size, 0);
  const recorded = (await world.deps.stores.refusals.list(1_000)).length;
  if (recorded < buried) problems.push(`${buried} messages were buried, ${recorded} recorded.`);
  return problems;
}
