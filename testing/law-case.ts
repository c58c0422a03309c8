import type { Reduce } from '../shared/author/reduce.ts';
import type { Section } from '../shared/author/section.ts';
import type { Json } from '../shared/domain/json.ts';
import type { Row } from '../shared/domain/row.ts';
import { NO_COUNTS } from '../shared/domain/run.ts';
import { Reduction } from '../shared/storage/reduction.ts';

/** Rows as segments of a run hold them: some may hold none. */
export type Parts = readonly (readonly Row[])[];

/** What a reduce makes of rows in parts. What several laws ask for is made once. */
export class LawCase {
  readonly reduce: Reduce;
  readonly parts: Parts;
  readonly rows: readonly Row[];
  #whole: unknown;
  #stored: readonly string[] | undefined;
  #inParts: unknown;

  constructor(reduce: Reduce, parts: Parts) {
    this.reduce = reduce;
    this.parts = parts;
    this.rows = parts.flat();
  }

  /** All rows, reduced at once. */
  whole(): unknown {
    this.#whole ??= this.sectionsOf(this.folded(this.rows));
    return this.#whole;
  }

  /** What is stored of each part. */
  stored(): readonly string[] {
    this.#stored ??= this.parts.map((rows) => this.store(rows));
    return this.#stored;
  }

  /** All parts, merged. */
  inParts(): unknown {
    this.#inParts ??= this.sectionsOf(this.merged(this.stored()));
    return this.#inParts;
  }

  folded(rows: readonly Row[]): Reduction {
    return this.addTo(this.#start(), rows);
  }

  /** What failed isn't measured: a redrive may yet add its row. */
  addTo(reduction: Reduction, rows: readonly Row[]): Reduction {
    for (const row of rows) if (row.status === 'SUCCEEDED') reduction.add(row);
    return reduction;
  }

  merged(stored: readonly string[]): Reduction {
    const reduction = this.#start();
    for (const text of stored) {
      const statistics: Json = JSON.parse(text);
      reduction.merge(statistics);
    }
    return reduction;
  }

  store(rows: readonly Row[]): string {
    return this.storedOf(this.folded(rows));
  }

  /** @throws {Error} where the reduce fails */
  storedOf(reduction: Reduction): string {
    const statistics = reduction.statistics();
    checkFailure(reduction);
    return JSON.stringify(statistics);
  }

  /** @throws {Error} where the reduce fails */
  sectionsOf(reduction: Reduction): { readonly sections: readonly Section[] } {
    const succeeded = this.rows.filter(({ status }) => status === 'SUCCEEDED').length;
    const counts = { ...NO_COUNTS, total: this.rows.length, succeeded, failed: this.rows.length - succeeded };
    const sections = reduction.sections({ counts });
    checkFailure(reduction);
    return { sections };
  }

  /** Without time limits: a test has its own. */
  #start(): Reduction {
    return new Reduction(this.reduce, Number.POSITIVE_INFINITY);
  }
}

/** Says the step and the place, as the run's report would. */
function checkFailure({ failure }: Reduction): void {
  if (failure !== null) throw new Error(failure);
}
