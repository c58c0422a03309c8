import { pipeline as connect, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { SIZES } from '../../shared/domain/limits.ts';
import type { Objects } from '../../shared/ports/objects.ts';
import { decompression } from '../../shared/storage/compress.ts';
import { csvHeader } from '../../shared/storage/csv.ts';
import { type ManifestPart, reducedKey } from '../../shared/storage/manifest.ts';
import { windowsOf } from '../../shared/storage/members.ts';
import { partKeys } from '../../shared/storage/part.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import { BYTE_ORDER_MARK } from './attachment.ts';
import type { AggregatorDeps } from './deps.ts';
import { CSV_TYPE, saved } from './kinds.ts';

/** Bytes the unpacked CSV travels in: zlib's default of 16 KB would be a trip through its threads for every two hundred rows. */
const CHUNK_BYTES = 512 * 1_024;

/** Rows whose piece of the CSV is fetched before its turn: many small pieces, or a large one. */
const ROWS_AHEAD = 65_536;

/** A piece longer than this isn't held whole: 16 of this many bytes may be asked for at once. */
const LARGE_BYTES = 8 * 1_048_576;

/** report.csv on its way. */
export interface Csv {
  /** It is stored, with so many bytes. */
  readonly bytes: Promise<number>;
  /** The same, compressed, where it is small enough for a mail: known before it is stored. */
  readonly gzip: Promise<Buffer | null>;
}

/** Joins the parts' pieces of the CSV, which are gzip members, in order. Holds a segment's worth of them, or two, at a time. */
export function writeCsv(
  { objects, pipeline }: Pick<AggregatorDeps, 'objects' | 'pipeline'>,
  run: string,
  parts: readonly ManifestPart[],
): Csv {
  const attachment = new Attachment();
  const pieces = piecesOf(objects, parts);
  async function* members() {
    // The attachment gets its own.
    if (pipeline.report.byteOrderMark === 'always') yield gzipSync(BYTE_ORDER_MARK);
    const header = gzipSync(csvHeader(pipeline.reduce));
    attachment.add(header);
    yield header;
    for await (const piece of pieces) {
      attachment.add(piece);
      yield piece;
    }
  }
  // Node's gunzip reads members one behind the other as one stream.
  // Connected, not piped: a part that can't be read must fail the writing, not the process. The reader of `plain` gets the error.
  const packed = Readable.from(members());
  const plain = connect(packed, decompression(CHUNK_BYTES), () => undefined);
  const bytes = objects
    .putStream(reportKeys(run).csv, plain, CSV_TYPE, saved(`${pipeline.name}-${run}.csv`))
    .then((written) => written.bytes)
    .finally(() => plain.destroy());
  const gzip = finished(packed).then(() => attachment.whole());
  // A run without a mail never awaits this.
  gzip.catch(() => undefined);
  return { bytes, gzip };
}

/**
 * The parts' pieces of the CSV, in order. The first are asked for at once, and always a few ahead of the one that is used; a large one is
 * read as it is used.
 */
function piecesOf(objects: Objects, parts: readonly ManifestPart[]): AsyncGenerator<Uint8Array> {
  const asked: { readonly rows: number; readonly piece: Promise<Uint8Array> | AsyncIterable<Uint8Array> }[] = [];
  let rowsAsked = 0;
  let next = 0;
  const ask = () => {
    for (let part = parts[next]; part; part = parts[++next]) {
      const rows = part.counts.total;
      if (asked.length > 0 && rowsAsked + rows > ROWS_AHEAD) return;
      const key = partKeys(reducedKey(part)).csv;
      rowsAsked += rows;
      if ((part.csvBytes ?? 0) > LARGE_BYTES) {
        asked.push({ rows, piece: windowsOf(objects, key, part.csvBytes ?? 0) });
        continue;
      }
      const piece = objects.get(key);
      // Awaited in its turn; until then a rejection must not count as unhandled.
      piece.catch(() => undefined);
      asked.push({ rows, piece });
    }
  };
  async function* inOrder() {
    for (let first = asked.shift(); first; first = asked.shift()) {
      if ('then' in first.piece) yield await first.piece;
      else yield* first.piece;
      rowsAsked -= first.rows;
      ask();
    }
  }
  ask();
  return inOrder();
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
