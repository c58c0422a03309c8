import { pipeline as connect, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import type { SegmentRef } from '../../shared/domain/geometry.ts';
import { SIZES } from '../../shared/domain/limits.ts';
import type { Statistics } from '../../shared/domain/reduce.ts';
import { addCounts, type Counts, NO_COUNTS } from '../../shared/domain/run.ts';
import type { ManifestPart } from '../../shared/flow/manifest.ts';
import { partKeys, readPartIndex } from '../../shared/flow/part.ts';
import type { Objects } from '../../shared/ports/objects.ts';
import { csvHeader } from '../../shared/report/csv.ts';
import type { AggregatorDeps } from './deps.ts';
import { reportKeys } from './summary.ts';

/** Segments looked up at once. */
const READ_AHEAD = 16;
/** Segments whose statistics are held together: 32 KB each at most. */
const FEW = 256;

/** Bytes the unpacked CSV travels in: zlib's default of 16 KB would be a trip through its threads for every two hundred rows. */
const CHUNK_BYTES = 512 * 1_024;

/** A run's numbers. */
export interface Tally {
  readonly counts: Counts;
  readonly reasons: readonly { reason: string; count: number }[];
  readonly statistics: Statistics;
}

/** Merges the parts' numbers. */
export async function tally({ objects, pipeline }: AggregatorDeps, parts: readonly ManifestPart[]): Promise<Tally> {
  const accumulator = pipeline.reduce.start();
  const reasons = new Map<string, number>();
  let counts = NO_COUNTS;
  for (const part of parts) {
    counts = addCounts(counts, part.counts);
    for (const [reason, count] of Object.entries(part.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  for (let i = 0; i < parts.length; i += READ_AHEAD) {
    const read = parts
      .slice(i, i + READ_AHEAD)
      .map(async ({ part, statistics }) => statistics ?? (await readPartIndex(objects, part)).statistics);
    for (const statistics of await Promise.all(read)) accumulator.merge(statistics);
  }
  return {
    counts,
    reasons: [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    statistics: accumulator.summary(),
  };
}

/** report.csv on its way. */
export interface Csv {
  /** It is stored, with so many bytes. */
  readonly bytes: Promise<number>;
  /** The same, compressed, where it is small enough for a mail: known before it is stored. */
  readonly gzip: Promise<Buffer | null>;
}

/** Joins the parts' pieces of the CSV, which are gzip members, in order. Holds a segment's worth of them, or two, at a time. */
export function writeCsv({ objects, pipeline }: AggregatorDeps, run: string, parts: readonly ManifestPart[]): Csv {
  const attachment = new Attachment();
  const pieces = piecesOf(objects, parts);
  async function* members() {
    const header = gzipSync(csvHeader(pipeline.reduce));
    attachment.add(header);
    yield header;
    for await (const piece of pieces) {
      attachment.add(piece);
      yield piece;
    }
  }
  // Node's gunzip reads members one behind the other as one stream.
  // Connected, not piped: a part that can't be read must fail the writing, not the process. Whoever reads `plain` gets the error.
  const packed = Readable.from(members());
  const plain = connect(packed, createGunzip({ chunkSize: CHUNK_BYTES }), () => undefined);
  const bytes = objects
    .putStream(reportKeys(run).csv, plain, 'text/csv; charset=utf-8')
    .then((written) => written.bytes)
    .finally(() => plain.destroy());
  const gzip = finished(packed).then(() => attachment.whole());
  // Where there is no mail, nobody asks.
  gzip.catch(() => undefined);
  return { bytes, gzip };
}

/** The frozen segments of a run, in the report's order. */
export async function frozenParts(
  { stores }: AggregatorDeps,
  run: string,
  segments: readonly SegmentRef[],
): Promise<ManifestPart[]> {
  const parts: ManifestPart[] = [];
  for (let i = 0; i < segments.length; i += READ_AHEAD) {
    const read = segments.slice(i, i + READ_AHEAD).map(async ({ slice, segment }) => {
      const { frozen } = await stores.segments.read(run, { slice, segment });
      // The run's set names it, and it is frozen before it is added.
      if (!frozen) throw new Error(`Segment ${slice}-${segment} is in its run's set but not frozen.`);
      // Of thousands of segments they would be too much to hold at once: they are read again, a few at a time.
      const { statistics, ...rest } = frozen;
      return { slice, segment, ...rest, ...(segments.length <= FEW && { statistics }) };
    });
    parts.push(...(await Promise.all(read)));
  }
  return parts;
}

/** Gathers the compressed report for as long as a mail could carry it. */
class Attachment {
  #pieces: Uint8Array[] | null = [];
  #bytes = 0;

  add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > SIZES.attachmentBytes) this.#pieces = null;
    this.#pieces?.push(piece);
  }

  whole(): Buffer | null {
    return this.#pieces && Buffer.concat(this.#pieces);
  }
}

/** Rows whose piece of the CSV is fetched before its turn: many small pieces, or a large one. */
const ROWS_AHEAD = 65_536;

/** The parts' pieces of the CSV, in order. The first are asked for at once, and always a few ahead of the one that is used. */
function piecesOf(objects: Objects, parts: readonly ManifestPart[]): AsyncGenerator<Uint8Array> {
  const asked: { readonly rows: number; readonly piece: Promise<Uint8Array> }[] = [];
  let rowsAsked = 0;
  let next = 0;
  const ask = () => {
    for (let part = parts[next]; part; part = parts[++next]) {
      const rows = part.counts.total;
      if (asked.length > 0 && rowsAsked + rows > ROWS_AHEAD) return;
      const piece = objects.get(partKeys(part.part).csv);
      // Awaited in its turn; until then a rejection must not count as unhandled.
      piece.catch(() => undefined);
      asked.push({ rows, piece });
      rowsAsked += rows;
    }
  };
  async function* inOrder() {
    for (let first = asked.shift(); first; first = asked.shift()) {
      yield await first.piece;
      rowsAsked -= first.rows;
      ask();
    }
  }
  ask();
  return inOrder();
}
