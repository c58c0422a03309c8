import { Course } from '../domain/course.ts';
import { SIZES } from '../domain/limits.ts';
import { addCounts, type Counts, NO_COUNTS } from '../domain/run.ts';
import { versionOf } from '../domain/versions.ts';
import type { Deps } from '../ports/deps.ts';
import type { Objects } from '../ports/objects.ts';
import type { Frozen } from '../ports/segment-store.ts';
import { compress } from './compress.ts';
import { ObjectDraft } from './object-draft.ts';
import { type HeldRow, type PartIndex, packRows, partKeys, REDUCERS_FORM, textsOf } from './part.ts';
import { type Reduction, resultOf } from './reduction.ts';
import { RowReducer } from './row-reducer.ts';
import { countsOf, reasonsOf } from './tally.ts';

/** A part on its way to storage, block by block. Of a large one only what isn't stored yet is held. */
export class PartDraft {
  readonly #part: string;
  readonly #objects: Objects;
  readonly #reducer: RowReducer;
  readonly #rows: ObjectDraft;
  readonly #csv: ObjectDraft;
  readonly #offsets = [0];
  readonly #csvOffsets = [0];
  readonly #reasons: Record<string, number> = {};
  #counts: Counts = NO_COUNTS;
  #version = versionOf([]);
  readonly #course = new Course();
  /** The block before: compressed and stored while the next one is reduced. */
  #storing: Promise<void> = Promise.resolve();

  /** @param part prefix of its objects, unique to this attempt */
  constructor(deps: Pick<Deps, 'pipeline' | 'log'> & { readonly objects: Objects }, part: string) {
    this.#part = part;
    this.#objects = deps.objects;
    this.#reducer = new RowReducer(deps);
    this.#rows = new ObjectDraft(deps.objects, partKeys(part).rows, 'application/gzip');
    this.#csv = new ObjectDraft(deps.objects, partKeys(part).csv, 'application/gzip');
  }

  /** Over all rows that were added, and measured. */
  get reduction(): Reduction {
    return this.#reducer.reduction;
  }

  /** A block's rows; those of `measured` that succeeded enter the statistics. */
  async add(rows: readonly HeldRow[], measured: ReadonlySet<HeldRow> | 'all' = 'all'): Promise<void> {
    // Before the user's code sees the rows: what it changes in them is changed for itself alone, and needn't be JSON any more.
    const texts = rows.map(textsOf);
    const kept: HeldRow[] = [];
    let csvBytes = 0;
    // Compressed beside this thread, while the next rows are reduced or these are packed.
    let compressing: Promise<Uint8Array> | null = null;
    const store = async () => {
      if (!compressing) return;
      const piece = await compressing;
      csvBytes += piece.length;
      await this.#csv.add(piece);
    };
    const before = this.#storing;
    for await (const { rows: some, csv } of this.#reducer.reduce(rows, { measured })) {
      kept.push(...some);
      if (compressing) await before;
      await store();
      compressing = compress(csv);
    }
    const packing = packRows(kept, texts);
    const storing = before.then(async () => {
      const [packed] = await Promise.all([packing, store()]);
      await this.#rows.add(packed);
      this.#count(kept, packed.length, csvBytes);
    });
    // Awaited with the next block, or at the end; until then a rejection must not count as unhandled.
    storing.catch(() => undefined);
    packing.catch(() => undefined);
    this.#storing = storing;
    await before;
  }

  /** A block whose members are known. */
  async copy(rows: readonly HeldRow[], packed: Uint8Array, csv: Uint8Array): Promise<void> {
    await this.#storing;
    await this.#csv.add(csv);
    await this.#rows.add(packed);
    this.#count(rows, packed.length, csv.length);
  }

  #count(rows: readonly HeldRow[], packedBytes: number, csvBytes: number): void {
    this.#offsets.push((this.#offsets.at(-1) ?? 0) + packedBytes);
    this.#csvOffsets.push((this.#csvOffsets.at(-1) ?? 0) + csvBytes);
    this.#counts = addCounts(this.#counts, countsOf(rows));
    const version = versionOf(rows);
    if (version > this.#version) this.#version = version;
    for (const row of rows) this.#course.add(row);
    for (const [reason, count] of Object.entries(reasonsOf(rows))) {
      this.#reasons[reason] = (this.#reasons[reason] ?? 0) + count;
    }
  }

  /** Stores what isn't yet; gives what freezes its segment. */
  async end(): Promise<Frozen> {
    await this.#storing;
    const result = resultOf(this.reduction);
    const { statistics, reduceError } = result;
    const [offsets, csvOffsets] = [this.#offsets, this.#csvOffsets];
    const index: PartIndex = { version: this.#version, offsets, csvOffsets, ...result, reducers: REDUCERS_FORM };
    const storing = [
      this.#rows.end(),
      this.#csv.end(),
      this.#objects.put(partKeys(this.#part).index, JSON.stringify(index), 'application/json'),
    ];
    // None goes on after another has failed.
    await Promise.allSettled(storing);
    await Promise.all(storing);
    const isSmall = Buffer.byteLength(JSON.stringify(statistics)) <= SIZES.inlineBytes;
    return {
      part: this.#part,
      counts: this.#counts,
      reasons: this.#reasons,
      csvBytes: csvOffsets.at(-1) ?? 0,
      course: this.#course.toJSON(),
      ...(isSmall && { statistics }),
      ...(reduceError !== undefined && { reduceError }),
    };
  }

  async abort(error: unknown): Promise<void> {
    await Promise.all([this.#rows.abort(error), this.#csv.abort(error)]);
    await this.#storing.catch(() => undefined);
  }
}
