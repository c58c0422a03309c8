import { addCounts, type Counts, NO_COUNTS } from '../domain/run.ts';
import type { Deps } from '../ports/deps.ts';
import { compress, type HeldRow, type PartIndex, packRows } from './part.ts';
import { type Reduction, resultOf } from './reduction.ts';
import { RowReducer } from './row-reducer.ts';
import { countsOf, reasonsOf } from './tally.ts';

/** A part on its way to storage. */
export interface PartContent {
  /** Members, a block each, compressed. */
  readonly rows: readonly Uint8Array[];
  readonly csv: readonly Uint8Array[];
  readonly index: PartIndex;
  readonly counts: Counts;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Gathers a part block by block. Holds one segment, compressed. */
export class PartDraft {
  readonly #reducer: RowReducer;
  readonly #rows: Uint8Array[] = [];
  readonly #csv: Uint8Array[] = [];
  readonly #offsets = [0];
  readonly #csvOffsets = [0];
  readonly #reasons: Record<string, number> = {};
  #counts = NO_COUNTS;

  constructor(deps: Pick<Deps, 'pipeline' | 'objects' | 'log'>) {
    this.#reducer = new RowReducer(deps);
  }

  /** Over all rows that were added, and measured. */
  get reduction(): Reduction {
    return this.#reducer.reduction;
  }

  /** A block's rows; those of `measured` that succeeded enter the statistics. Gives the block's piece of the CSV. */
  async add(rows: readonly HeldRow[], measured: ReadonlySet<HeldRow> | 'all' = 'all'): Promise<Uint8Array> {
    const reduced = await this.#reducer.reduce(rows, { measured });
    const [packed, piece] = await Promise.all([packRows(reduced.rows), compress(reduced.csv)]);
    this.copy(reduced.rows, packed, piece);
    return piece;
  }

  /** A block whose members are known. */
  copy(rows: readonly HeldRow[], packed: Uint8Array, csv: Uint8Array): void {
    this.#rows.push(packed);
    this.#csv.push(csv);
    this.#offsets.push((this.#offsets.at(-1) ?? 0) + packed.length);
    this.#csvOffsets.push((this.#csvOffsets.at(-1) ?? 0) + csv.length);
    this.#counts = addCounts(this.#counts, countsOf(rows));
    for (const [reason, count] of Object.entries(reasonsOf(rows))) {
      this.#reasons[reason] = (this.#reasons[reason] ?? 0) + count;
    }
  }

  /** All that was added. */
  content(): PartContent {
    const [offsets, csvOffsets] = [this.#offsets, this.#csvOffsets];
    return {
      rows: this.#rows,
      csv: this.#csv,
      index: { version: 1, offsets, csvOffsets, ...resultOf(this.reduction) },
      counts: this.#counts,
      reasons: this.#reasons,
    };
  }
}
