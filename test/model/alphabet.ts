import type { Care } from '../../shared/domain/sending.ts';

/**
 * What the protocol does at its ports, in one line each. The model's steps say it as they are explored or replayed, and the
 * recorder says it of what real handlers do: a recorded call and a step are the same if their lines are.
 */

export const list = (numbers: Iterable<number>): string => [...new Set(numbers)].sort((a, b) => a - b).join() || '-';
const fullness = (full: boolean): string => (full ? 'full' : 'not full');

/** What a mark is on, as a line says it. */
export const markedOf = (mark: { readonly child: number | null } | null): number | 'slot' | null =>
  mark && (mark.child ?? 'slot');

/** A slot's register as a line says it. */
export interface RegisterLine {
  readonly slot: number;
  readonly turn: number;
  readonly care: Care;
  /** What is being called: a child, or the slot. */
  readonly marked: number | 'slot' | null;
  /** Child, tries, crashes. */
  readonly tries: readonly (readonly [number, number, number])[];
  /** Children that wait. */
  readonly waiting: readonly number[];
}

export function register({ slot, turn, care, marked, tries, waiting }: RegisterLine): string {
  const rows = tries.map(([n, count, crashes]) => `${n}:${count}:${crashes}`).sort();
  const says = `${['', ' apart', ' alone'][care]}${marked === null ? '' : ` marks ${marked}`}`;
  return `${slot}@${turn}${says}[${rows.join()}]${waiting.length === 0 ? '' : ` waits for ${list(waiting)}`}`;
}

function isNew({ turn, care, marked, tries, waiting }: RegisterLine): boolean {
  return turn === 0 && care === 0 && marked === null && tries.length === 0 && waiting.length === 0;
}

export const LINES = {
  createRun: (created: boolean) => `create RUN: ${created ? 'put' : 'is there'}`,
  readPlan: (slices: number | null) => `read plan: ${slices ?? 'none'}`,
  putPlan: (stored: number) => `put plan: ${stored} is stored`,
  openRoot: (slices: number, full: boolean) => `open ROOT of ${slices}: ${fullness(full)}`,
  split: () => 'status splitting',
  close: (closed: boolean) => `close: ${closed ? 'closed' : 'too late'}`,
  flag: (flag: string) => `flag ${flag}`,
  readRoot: (full: boolean) => `read ROOT: ${fullness(full)}`,
  countSlice: (slice: number, segments: number, full: boolean) =>
    `count slice ${slice} of ${segments}: ${fullness(full)}`,
  addSegment: (segment: string, full: boolean) => `add segment ${segment} to ROOT: ${fullness(full)}`,
  leaseFinish: (leased: boolean) => `lease the finish: ${leased ? 'leased' : 'refused'}`,
  letGoFinish: () => 'let go of the finish',
  claimMail: (claimed: boolean) => `claim the mail: ${claimed ? 'claimed' : 'was claimed'}`,
  mail: () => 'mail',
  tellEnd: (status: string) => `event ${status}`,
  finish: (status: string, done: boolean) => `finish ${status}: ${done ? 'done' : 'lease lost'}`,

  lease: (slice: number, from: string | null) => `lease slice ${slice}: ${from ?? 'held by another'}`,
  release: (slice: number) => `release slice ${slice}`,
  checkpoint: (slice: number, place: string, ended: boolean) =>
    `checkpoint of slice ${slice}: ${place}${ended ? ', ended' : ''}`,
  readCheckpoints: () => 'read checkpoints',
  putPage: (slice: number, place: string, page: string, put: boolean) =>
    `put page ${slice}/${place} ${page}: ${put ? 'put' : 'place is taken'}`,
  readPage: (slice: number, place: string, page: string | null) => `read page ${slice}/${place}: ${page ?? 'none'}`,

  readBlock: (block: string, done: Iterable<number>, registers: readonly RegisterLine[]) =>
    `read BLOCK ${block}: ${list(done)} ${registers
      .filter((one) => !isNew(one))
      .map(register)
      .sort()
      .join(' ')}`.trim(),
  readAll: (block: string, done: Iterable<number>) => `read all of ${block}: ${list(done)}`,
  putOutcomes: (block: string, outcomes: readonly string[]) => `put outcomes ${block}: ${[...outcomes].sort().join()}`,
  putOutcomesOnce: (block: string, outcome: string) => `put once ${block}: ${outcome}`,
  addMissing: (block: string, child: number, done: Iterable<number> | null) =>
    `add ${block}.${child}: ${done ? list(done) : 'not as read'}`,
  countLate: (segment: string, counted: boolean) => `late in SEG ${segment}: ${counted ? 'counted' : 'frozen'}`,
  addWait: (block: string, slot: number) => `time of waits of ${block}.${slot}`,
  addDone: (block: string, children: Iterable<number>, done: Iterable<number>) =>
    `add done ${block}: ${list(children)} = ${list(done)}`,
  addDoneAndRaise: (block: string, children: Iterable<number>, next: string, raised: boolean, done: Iterable<number>) =>
    `raise ${block}: ${list(children)} and ${next}: ${raised ? 'raised' : 'turn lost'} = ${list(done)}`,
  replace: (block: string, next: string, replaced: boolean) =>
    `replace register ${block}: ${next}: ${replaced ? 'replaced' : 'not as read'}`,
  endMark: (block: string, marked: number | 'slot', children: Iterable<number>, done: Iterable<number>) =>
    `end mark of ${block}.${marked}: ${list(children)} = ${list(done)}`,

  readSegment: (segment: string, frozen: boolean, full: boolean) =>
    `read SEG ${segment}: ${frozen ? 'frozen' : fullness(full)}`,
  addBlock: (block: string, full: boolean) => `add block ${block} to SEG: ${fullness(full)}`,
  setSize: (segment: string, size: number, full: boolean) => `size of SEG ${segment} is ${size}: ${fullness(full)}`,
  freeze: (segment: string, frozen: boolean, counts: string) =>
    `freeze ${segment}: ${frozen ? 'frozen' : 'frozen by another'} ${counts}`,
  writePart: (segment: string) => `write part of ${segment}`,
  writeReport: () => 'write report',

  /** With an answer for each child, or one of the whole. */
  call: (block: string, children: readonly number[], answers: string) => `call ${block}.${children.join()}: ${answers}`,
  send: (message: string) => `send ${message}`,
  delete: (message: string) => `delete ${message}`,
  putBack: (message: string) => `put back ${message}`,
} as const;

/** Where a splitter goes on, as a line says it. */
export const placeText = ({ segment, block, page }: { segment: number; block: number; page: number }): string =>
  `${segment}.${block}.${page}`;

/** A page as a line says it; items are letters. */
export const pageText = (
  page: { kind: 'end' } | { kind: 'items'; items: readonly unknown[]; endsBlock: boolean },
): string => (page.kind === 'end' ? 'END' : `${page.items.join('')}${page.endsBlock ? ', ends its block' : ''}`);

/** How many children of a part ended in each way. */
export const countsText = (by: { succeeded: number; failed: number; cancelled: number; expired: number }): string =>
  `S${by.succeeded} F${by.failed} C${by.cancelled} E${by.expired}`;
