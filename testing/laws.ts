import { csvCells } from '../shared/storage/csv.ts';
import type { LawCase } from './law-case.ts';

/** A way to come to a result, named for whoever reads what it came to. */
export type Side = readonly [name: string, result: (of: LawCase) => unknown];

/** Two ways to come to one result. */
export interface Law {
  readonly name: string;
  /** What holds, as a sentence. */
  readonly says: string;
  readonly sides: readonly [Side, Side];
}

const WHOLE = (of: LawCase) => of.whole();
const IN_PARTS = (of: LawCase) => of.inParts();

/** What the functions do with a user's reduce, and may do in another order, in other parts and more than once. */
export const LAWS: readonly Law[] = [
  {
    name: 'repetition',
    says: 'The same rows come to the same, however often they are reduced and the result is read.',
    sides: [
      ['the first time', WHOLE],
      [
        'read again',
        (of) => {
          const again = of.folded(of.rows);
          of.storedOf(again);
          of.sectionsOf(again);
          return of.sectionsOf(again);
        },
      ],
    ],
  },
  {
    name: 'order',
    says: 'Rows come to the same in any order.',
    sides: [
      ['in this order', WHOLE],
      ['the other way round', (of) => of.sectionsOf(of.folded([...of.rows].reverse()))],
    ],
  },
  {
    name: 'storing',
    says: 'What toJSON gives, merged into a new accumulator, comes to the same.',
    sides: [
      ['as it is', WHOLE],
      ['stored and merged', (of) => of.sectionsOf(of.merged([of.store(of.rows)]))],
    ],
  },
  {
    name: 'grouping',
    says: 'Rows come to the same in any parts, merged in any order.',
    sides: [
      ['all at once', WHOLE],
      ['in these parts', IN_PARTS],
    ],
  },
  {
    name: 'merging what is merged',
    says: 'Parts come to the same if some are merged and stored first.',
    sides: [
      ['one after the other', IN_PARTS],
      [
        'the first, and the others as one',
        (of) => {
          const [first = of.store([]), ...others] = of.stored();
          return of.sectionsOf(of.merged([first, of.storedOf(of.merged(others))]));
        },
      ],
    ],
  },
  {
    name: 'emptiness',
    says: 'A part without rows changes nothing.',
    sides: [
      ['without', IN_PARTS],
      ['with empty parts', (of) => of.sectionsOf(of.merged([of.store([]), ...of.stored(), of.store([])]))],
    ],
  },
  {
    name: 'redrive',
    says: 'Rows that succeed only when they are redriven come to the same as if they had at once.',
    sides: [
      ['all at once', WHOLE],
      [
        'the first part, then the others redriven',
        (of) => {
          const laidOver = of.addTo(of.merged(of.stored().slice(0, 1)), of.parts.slice(1).flat());
          return of.sectionsOf(of.merged([of.storedOf(laidOver)]));
        },
      ],
    ],
  },
];

const cellsOf = ({ reduce, rows }: LawCase) => structuredClone(rows).map((row) => csvCells(reduce, row));

/** Of rows alone, whatever became of them. */
export const ROW_LAWS: readonly Law[] = [
  {
    name: 'cells',
    says: 'A row has the same cells each time, one for each column.',
    sides: [
      ['the first time', cellsOf],
      ['the second time', cellsOf],
    ],
  },
  {
    name: 'rows',
    says: 'A reduce leaves the rows that it is given as they are.',
    sides: [
      ['before', ({ rows }) => rows],
      [
        'after',
        (of) => {
          const rows = structuredClone(of.rows);
          for (const row of rows) csvCells(of.reduce, row);
          of.folded(rows);
          return rows;
        },
      ],
    ],
  },
];

/** Of rows of which none succeeded. */
export const EMPTY_LAWS: readonly Law[] = [
  {
    name: 'nothing to measure',
    says: 'A run in which every child fails, or that has none, has a report too.',
    sides: [
      ['as it is', WHOLE],
      ['stored and merged', IN_PARTS],
    ],
  },
];
