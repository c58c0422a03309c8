import type { summaryOf } from '../functions/aggregator/summary.ts';
import type { Section } from '../shared/author/section.ts';
import type { Row } from '../shared/domain/row.ts';
import type { Counts, FinalStatus } from '../shared/domain/run.ts';
import type { RunEnded } from '../shared/ports/events.ts';
import type { ObjectReader } from '../shared/ports/objects.ts';
import { readManifest } from '../shared/storage/manifest.ts';
import { readPartBlock, readPartIndex, rowOf } from '../shared/storage/part.ts';
import { reportKeys } from '../shared/storage/report-keys.ts';
import { release } from '../shared/storage/spill.ts';
import type { MemoryEvents } from './events.ts';
import type { MemoryMailer } from './mailer.ts';

/** summary.json, as programs read it. */
export type RunSummary = ReturnType<typeof summaryOf>;

/** An error that a function logged, most often out of the definition's own code. */
export interface LoggedError {
  readonly message: string;
  /** What was thrown, where it is known. */
  readonly error: unknown;
}

/** A mail that was sent. */
export interface SentMail {
  readonly from: string;
  readonly to: readonly string[];
  /** RFC 5322, as an .eml file holds it. */
  readonly raw: string;
}

/** What a run in a test came to. */
export interface PipelineRun<I = unknown, R = unknown> {
  readonly status: FinalStatus;
  /**
   * Why it isn't a success: why it was closed (`split-failed`, `expired` …), `reduce-failed`, or `too-many-failures` where more children failed
   * than are tolerated. Null where it succeeded.
   */
  readonly reason: string | null;
  readonly counts: Counts;
  /** Each child, in the order of the source. */
  readonly rows: readonly Row<I, R>[];
  /** What the reduce shows. */
  readonly sections: readonly Section[];
  readonly report: {
    readonly summary: RunSummary;
    /** report.csv */
    readonly csv: string;
    /** report.html */
    readonly html: string;
  };
  /** Files of each output of the definition, by their paths below it, such as `country=AU/0.parquet`. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>>;
  /** One, where the definition has recipients. */
  readonly mails: readonly SentMail[];
  /** Events that the run ended. */
  readonly events: readonly RunEnded[];
  /** The first hundred. */
  readonly errors: readonly LoggedError[];
}

/** Reads what a run left. */
export async function pipelineRun<I, R>(
  {
    objects,
    mailer,
    events,
  }: { readonly objects: ObjectReader; readonly mailer: MemoryMailer; readonly events: MemoryEvents },
  run: string,
  status: FinalStatus,
  errors: readonly LoggedError[],
): Promise<PipelineRun<I, R>> {
  const text = async (key: string) => Buffer.from(await objects.get(key)).toString('utf8');
  const keys = reportKeys(run);
  const summary: RunSummary = JSON.parse(await text(keys.summary));
  const failed = status === 'failed' ? 'too-many-failures' : null;
  return {
    status,
    reason: status.startsWith('succeeded') ? null : (summary.failure?.reason ?? summary.closed ?? failed),
    counts: summary.counts,
    rows: await rowsOf<I, R>(objects, run),
    sections: summary.sections,
    report: { summary, csv: await text(keys.csv), html: await text(keys.html) },
    outputs: await outputsOf(objects, run, summary),
    mails: mailer.sent.map(({ from, to, raw }) => ({ from, to, raw: Buffer.from(raw).toString('utf8') })),
    events: events.ended,
    errors,
  };
}

async function outputsOf(objects: ObjectReader, run: string, { outputs }: RunSummary): Promise<PipelineRun['outputs']> {
  const read = Object.entries(outputs).map(async ([name, files]) => {
    const folder = `${run}/outputs/${name}/`;
    const contents = files.map(async ({ key }) => [key.slice(folder.length), await objects.get(key)] as const);
    return [name, Object.fromEntries(await Promise.all(contents))] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Rows of a run, in order. Their types are the definition's word for it. */
function rowsOf<I, R>(objects: ObjectReader, run: string): Promise<Row<I, R>[]>;
async function rowsOf(objects: ObjectReader, run: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const { part } of await readManifest(objects, run)) {
    const index = await readPartIndex(objects, part);
    for (let block = 0; block < index.offsets.length - 1; block++)
      for (const row of await readPartBlock(objects, part, index, block))
        rows.push(rowOf(row, await release(objects, row.item), await release(objects, row.result)));
  }
  return rows;
}
