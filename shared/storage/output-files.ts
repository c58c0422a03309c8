import type { IncludedFiles, Output, OutputFile } from '../author/output.ts';
import { kindOf, OutputError, SourceChangedError, SourceDataError } from '../domain/errors.ts';
import type { Row } from '../domain/row.ts';
import type { Objects } from '../ports/objects.ts';
import { compress } from './compress.ts';
import { ObjectDraft } from './object-draft.ts';
import { partitionOf } from './partition.ts';

/** Bytes that a file may hold before they are encoded: of Parquet, about a row group. */
const ENCODED_BYTES = 4 * 1_048_576;
const LIMITS = {
  /** Bytes that all files of an output hold together. Beyond, the largest is stored, and what follows of its partition is another file. */
  heldBytes: 96 * 1_048_576,
  /** Folders of an output: each has a file open. */
  partitions: 10_000,
};

/** To a browser: it saves the file, under the last name of its key. */
const saved = (key: string) => `attachment; filename="${key.slice(key.lastIndexOf('/') + 1)}"`;

/** A file that was stored. */
export interface StoredFile {
  /** Relative to the pipeline's prefix. */
  readonly key: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A file on its way: one that is alone streams, one of many is held until it is stored. */
interface Draft {
  readonly key: string;
  readonly file: OutputFile;
  readonly stream: ObjectDraft | null;
  pieces: Uint8Array[];
  bytes: number;
  rows: number;
}

/** The files of one output, in the making: of bounded memory, however many rows and partitions there are. */
export class OutputFiles {
  readonly #objects: Objects;
  readonly #output: Output;
  readonly #folder: string;
  readonly #name: string;
  readonly #limits: typeof LIMITS;
  readonly #open = new Map<string, Draft>();
  /** Files begun, by partition. */
  readonly #begun = new Map<string, number>();
  readonly #stored: StoredFile[] = [];

  /** @param folder of its files, relative to the pipeline's prefix */
  constructor(objects: Objects, output: Output, folder: string, name: string, limits = LIMITS) {
    this.#objects = objects;
    this.#output = output;
    this.#folder = folder;
    this.#name = name;
    this.#limits = limits;
  }

  /**
   * Rows in the report's order.
   * @param guard calls the user's code, which it may stop
   * @throws {OutputError} and what a user's code throws
   */
  async add(rows: readonly Row[], guard: <T>(task: () => T) => T): Promise<void> {
    const { rows: which = 'succeeded', partitionBy = [] } = this.#output;
    const taken = which === 'all' ? rows : rows.filter(({ status }) => status === 'SUCCEEDED');
    const partitions = new Map<string, Row[]>();
    guard(() => {
      for (const row of taken) {
        const partition = partitionOf(partitionBy, row);
        const others = partitions.get(partition);
        if (others) others.push(row);
        else partitions.set(partition, [row]);
      }
    });
    for (const [partition, of] of partitions) {
      const draft = await this.#draft(partition);
      await this.#addTo(draft, of, guard);
      draft.rows += of.length;
    }
    await this.#makeRoom(guard);
  }

  async #addTo(draft: Draft, rows: readonly Row[], guard: <T>(task: () => T) => T): Promise<void> {
    const { includes } = this.#output;
    let next = 0;
    while (next < rows.length) {
      // As many as come before one that has a file: the time of a user's code is taken of all of them at once.
      const included = guard(() => {
        for (let row = rows[next]; row; row = rows[next]) {
          next += 1;
          const place = includes?.placeOf(row) ?? null;
          if (place !== null) return { row, place };
          draft.file.add(row);
        }
        return null;
      });
      if (included || draft.file.held > ENCODED_BYTES)
        await this.#keep(
          draft,
          guard(() => draft.file.take()),
        );
      if (included && includes) await this.#include(draft, includes, included);
    }
  }

  /** A row's file, as it comes from its place. */
  async #include(
    draft: Draft,
    { below, separator, read }: IncludedFiles,
    { row, place }: { readonly row: Row; readonly place: string },
  ): Promise<void> {
    const end = Buffer.from(separator);
    let last = Buffer.alloc(0);
    try {
      if (!place.startsWith(below) || !read) throw new SourceDataError('It may not be read.');
      for await (const piece of read(place)) {
        last = Buffer.concat([last, piece]).subarray(-end.length);
        await this.#keep(draft, piece);
      }
    } catch (error) {
      // Its place is data of a service's; whoever may see that finds it in the row.
      if (!(error instanceof SourceDataError || error instanceof SourceChangedError)) throw error;
      throw new OutputError(
        `outputs.${this.#name}: the file of child ${row.id} isn't there, may not be read or has changed`,
      );
    }
    if (last.length > 0 && !last.equals(end)) await this.#keep(draft, end);
  }

  /**
   * Encodes what isn't yet: the last that can fail by a user's code. An output that isn't partitioned has a file even where it has no rows.
   * Memory stays as bounded as before: what doesn't stream is held already.
   */
  async close(guard: <T>(task: () => T) => T): Promise<void> {
    const isOne = (this.#output.partitionBy ?? []).length === 0;
    if (isOne) await this.#draft('');
    for (const draft of this.#open.values()) await this.#close(draft, guard);
  }

  /** Stores what isn't yet, after {@link close}. */
  async store(): Promise<readonly StoredFile[]> {
    for (const [partition, draft] of this.#open) await this.#store(partition, draft);
    return this.#stored.sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async abort(error: unknown): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ stream }) => stream?.abort(error)));
    this.#open.clear();
  }

  async #draft(partition: string): Promise<Draft> {
    const open = this.#open.get(partition);
    if (open) return open;
    const n = this.#begun.get(partition) ?? 0;
    if (n === 0 && this.#begun.size >= this.#limits.partitions)
      throw new OutputError(`output ${this.#name} has more than ${this.#limits.partitions} partitions`);
    this.#begun.set(partition, n + 1);
    const { extension, gzip: isPacked, contentType } = this.#output;
    const ending = isPacked ? `${extension}.gz` : extension;
    const key =
      partition === '' ? `${this.#folder}/${this.#name}.${ending}` : `${this.#folder}/${partition}/${n}.${ending}`;
    const file = await this.#opened();
    const kind = isPacked ? 'application/gzip' : contentType;
    const stream = partition === '' ? new ObjectDraft(this.#objects, key, kind, saved(key)) : null;
    const draft = { key, file, stream, pieces: [], bytes: 0, rows: 0 };
    this.#open.set(partition, draft);
    return draft;
  }

  async #opened(): Promise<OutputFile> {
    try {
      return await this.#output.open();
    } catch (error) {
      throw new OutputError(`outputs.${this.#name}: open(): ${kindOf(error)}`);
    }
  }

  /** A piece of a file: gzip's members one behind the other are one file. */
  async #keep(draft: Draft, piece: Uint8Array): Promise<void> {
    const packed = this.#output.gzip ? await compress(piece) : piece;
    draft.bytes += packed.length;
    if (draft.stream) await draft.stream.add(packed);
    else draft.pieces.push(packed);
  }

  async #makeRoom(guard: <T>(task: () => T) => T): Promise<void> {
    const size = ({ stream, file, bytes }: Draft) => (stream ? 0 : file.held + bytes);
    let held = 0;
    for (const draft of this.#open.values()) held += size(draft);
    while (held > this.#limits.heldBytes) {
      const [partition, largest] = [...this.#open].reduce((a, b) => (size(b[1]) > size(a[1]) ? b : a));
      held -= size(largest);
      await this.#close(largest, guard);
      await this.#store(partition, largest);
    }
  }

  async #close(draft: Draft, guard: <T>(task: () => T) => T): Promise<void> {
    await this.#keep(
      draft,
      guard(() => draft.file.end()),
    );
  }

  async #store(partition: string, draft: Draft): Promise<void> {
    const { key, stream, rows } = draft;
    if (stream) await stream.end();
    else
      await this.#objects.put(
        key,
        Buffer.concat(draft.pieces),
        this.#output.gzip ? 'application/gzip' : this.#output.contentType,
        saved(key),
      );
    this.#open.delete(partition);
    this.#stored.push({ key, rows, bytes: draft.bytes });
  }
}
