import { blockSize, type ItemsPage, type Page, placeBehind, slotsOf } from '../../shared/domain/chain.ts';
import { type Completion, isRootFull, isSegmentFull } from '../../shared/domain/completion.ts';
import { childId, packSegment } from '../../shared/domain/ids.ts';
import { FIRST_PLACE, type Place } from '../../shared/domain/layout.ts';
import { mergeOutcomes } from '../../shared/domain/outcome.ts';
import type { ChildStatus } from '../../shared/domain/row.ts';
import { type BlockState, MARK_MARGIN_MS, type Register } from '../../shared/domain/sending.ts';
import { LINES, markedOf, type RegisterLine } from './alphabet.ts';
import type { Bug } from './bugs.ts';
import { blockNumber, parseSegment, segmentOf, workText } from './messages.ts';
import type { BlockRecord, Level, RegisterRecord, RootRecord, SegmentRecord, World } from './world.ts';

/** What all states of one exploration share. */
export class Context {
  readonly level: Level;
  readonly bug: Bug | null;
  /** Pages by number: they never change, so a state names them instead of holding them. */
  readonly pages: Page[] = [];
  readonly #numbers = new Map<string, number>();
  /** What was computed once and is the same in every state. */
  readonly chains = new Map<string, Chain>();
  readonly drafts = new Map<string, Page>();
  readonly matched = new Map<Chain, Set<string>>();
  /** Where steps say what they do at the ports, while a trace is replayed; an exploration doesn't listen. */
  heard: string[] | null = null;

  constructor(level: Level, bug: Bug | null = null) {
    this.level = level;
    this.bug = bug;
  }

  /** A step says, in {@link LINES}, what it does at a port. */
  say(line: () => string): void {
    this.heard?.push(line());
  }

  pageNumber(page: Page): number {
    const text = JSON.stringify(page);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.pages.length);
    return this.pages.push(page) - 1;
  }

  page(number: number): Page {
    const page = this.pages[number];
    if (!page) throw new RangeError(`No page ${number}.`);
    return page;
  }

  itemsPages(numbers: readonly number[]): ItemsPage[] {
    return numbers.map((n) => this.page(n)).filter((page) => page.kind === 'items');
  }
}

export const placeKey = ({ segment, block, page }: Place): string => `${segment}.${block}.${page}`;

/** How a child ended: P as poison, D by the dead-letter handler, X as nobody called back. */
export const LETTERS: Record<string, ChildStatus> = {
  S: 'SUCCEEDED',
  F: 'FAILED',
  P: 'FAILED',
  D: 'FAILED',
  C: 'CANCELLED',
  E: 'EXPIRED',
  X: 'FAILED',
};

// -- records as the domain's states, and back ------------------------------------------------------------------------

export function toRegister(record: RegisterRecord): Register {
  const { turn, tries, care, mark, waiting } = record;
  return {
    ...(waiting && { waiting: new Map(waiting) }),
    turn,
    care,
    tries: new Map(tries.map(([child, count, due, crashes]) => [child, { tries: count, due, crashes }])),
    // The model's clock stands at 0. A mark is over once it is past its margin too.
    mark: mark && { child: mark.child, by: String(mark.by), deadline: mark.expired ? -MARK_MARGIN_MS : 1 },
  };
}

export function fromRegister({ turn, tries, care, mark, waiting }: Register): RegisterRecord {
  return {
    ...(waiting && { waiting: [...waiting].sort((a, b) => a[0] - b[0]) }),
    turn,
    tries: [...tries]
      .map(([child, { tries: count, due, crashes }]): [number, number, number, number] => [child, count, due, crashes])
      .sort((a, b) => a[0] - b[0]),
    care,
    mark: mark && { child: mark.child, by: Number(mark.by), expired: mark.deadline <= 0 },
  };
}

/** A register as a line says it. */
export function registerLine(slot: number, { turn, care, mark, tries, waiting = [] }: RegisterRecord): RegisterLine {
  return {
    slot,
    turn,
    care,
    marked: markedOf(mark),
    tries: tries.map(([n, count, , crashes]) => [n, count, crashes] as const),
    waiting: waiting.map(([n]) => n),
  };
}

export function registerLines(registers: Readonly<Record<string, RegisterRecord>>): RegisterLine[] {
  return Object.entries(registers).map(([slot, record]) => registerLine(Number(slot), record));
}

export function toBlock(seen: { done: number[]; register: RegisterRecord | null }, slot: number): BlockState {
  return {
    done: new Set(seen.done),
    registers: seen.register ? new Map([[slot, toRegister(seen.register)]]) : new Map(),
  };
}

export function toRoot({ done, counted, slices }: RootRecord): Completion {
  return { done: new Set(done), counted: new Set(counted), slices };
}

// -- the table: one conditional write or consistent read each --------------------------------------------------------

export function blockOf(w: World, block: string): BlockRecord {
  let record = w.blocks[block];
  if (!record) {
    record = { done: [], registers: {}, outcomes: [] };
    w.blocks[block] = record;
  }
  return record;
}

export function segmentRecord(w: World, segment: string): SegmentRecord {
  let record = w.segments[segment];
  if (!record) {
    record = { size: null, done: [], frozen: null };
    w.segments[segment] = record;
  }
  return record;
}

export function insert(set: number[], value: number): void {
  if (set.includes(value)) return;
  set.push(value);
  set.sort((a, b) => a - b);
}

/** What counting looks like to whoever reads it as a set. */
function count(set: number[]): void {
  set.push(set.length);
}

export function addDone(cx: Context, w: World, block: string, children: readonly number[]): number[] {
  const { done } = blockOf(w, block);
  for (const child of children) {
    if (cx.bug === 'counter in BLOCK') count(done);
    else insert(done, child);
  }
  return done;
}

export function addOutcomes(w: World, block: string, outcomes: readonly (readonly [number, string])[]): void {
  const record = blockOf(w, block);
  for (const [child, letter] of outcomes) {
    const text = `${child}${letter}`;
    if (!record.outcomes.includes(text)) record.outcomes.push(text);
  }
  record.outcomes.sort();
}

/** Adds a full block to its segment; says whether that is full now. */
export function addBlock(cx: Context, w: World, block: string): boolean {
  const segment = segmentOf(block);
  const record = segmentRecord(w, segment);
  if (cx.bug === 'counter in SEG') count(record.done);
  else insert(record.done, blockNumber(block));
  const full = segmentFull(cx, w, segment);
  cx.say(() => LINES.addBlock(block, full));
  return full;
}

export function segmentFull(cx: Context, w: World, segment: string): boolean {
  const record = w.segments[segment];
  if (!record) return false;
  const { size, done } = record;
  return isSegmentFull({ done: new Set(done), size }, parseSegment(segment).segment, cx.level.geometry);
}

export function rootFull(cx: Context, w: World): boolean {
  if (cx.bug === 'finish without END') {
    return w.root.done.length > 0 && w.root.done.length >= Object.keys(w.segments).length;
  }
  return isRootFull(toRoot(w.root));
}

/** Freezes a segment in ROOT; says whether the run is full now. */
export function addSegment(cx: Context, w: World, segment: string): boolean {
  const { slice, segment: k } = parseSegment(segment);
  insert(w.root.done, packSegment(slice, k));
  const full = rootFull(cx, w);
  cx.say(() => LINES.addSegment(segment, full));
  return full;
}

/** Sends a message. A kind that nobody consumes in this level is kept once. */
export function send(cx: Context, w: World, message: string): void {
  cx.say(() => LINES.send(message));
  const consumer = consumerOf(message);
  if (cx.level.workers[consumer] === undefined && w.queue.includes(message)) return;
  w.queue.push(message);
}

export function consumerOf(message: string): 'split' | 'forward' | 'aggregate' | 'finish' | 'dead' | 'callback' {
  const kind = message[0];
  if (kind === 'x') return 'dead';
  if (kind === 'c') return 'callback';
  return kind === 's' ? 'split' : kind === 'w' ? 'forward' : kind === 'g' ? 'aggregate' : 'finish';
}

// -- the chain ---------------------------------------------------------------------------------------------------------

export interface StoredBlock {
  readonly id: string;
  readonly pages: readonly ItemsPage[];
  /** Its size is known: a page ends it, or END does. */
  readonly closed: boolean;
}

export interface Chain {
  readonly blocks: readonly StoredBlock[];
  readonly ended: boolean;
  /** Where END is, or would be put. */
  readonly tail: Place;
}

/** The blocks of a slice's chain, in order, and whether it has its END. */
export function readChain(cx: Context, w: World, slice: number): Chain {
  const chain = w.slices[slice]?.chain ?? {};
  const text = `${slice}${JSON.stringify(chain)}`;
  const known = cx.chains.get(text);
  if (known) return known;
  const read = walk(cx, chain, slice);
  cx.chains.set(text, read);
  return read;
}

function walk(cx: Context, chain: Readonly<Record<string, number>>, slice: number): Chain {
  const blocks: { id: string; pages: ItemsPage[]; closed: boolean }[] = [];
  let place = FIRST_PLACE;
  for (;;) {
    const number = chain[placeKey(place)];
    if (number === undefined) return { blocks, ended: false, tail: place };
    const page = cx.page(number);
    const last = blocks.at(-1);
    if (page.kind === 'end') {
      if (last) last.closed = true;
      return { blocks, ended: true, tail: place };
    }
    if (place.page === 0) blocks.push({ id: `${slice}-${place.segment}.${place.block}`, pages: [page], closed: false });
    else last?.pages.push(page);
    const current = blocks.at(-1);
    if (current) current.closed = page.endsBlock;
    place = placeBehind(place, page, cx.level.geometry);
  }
}

export function lettersOf(pages: readonly ItemsPage[]): string {
  return pages.flatMap((page) => page.items).join('');
}

/** Messages of a block at turn 0. */
export function messagesOf(block: string, pages: readonly ItemsPage[]): string[] {
  const size = blockSize(pages);
  return pages
    .flatMap(slotsOf)
    .map(({ first, items }) =>
      workText({ block, slot: first, items: items.join(''), turn: 0, size, receives: 0, delayed: false }),
    );
}

/** Rows of a block as an aggregator reads them: `<child id>=<item><status letter>`, `?` where no outcome is stored. */
export function rowsOf(w: World, block: string, pages: readonly ItemsPage[]): string[] {
  const { slice, segment } = parseSegment(segmentOf(block));
  const outcomes = (w.blocks[block]?.outcomes ?? []).map((text) => ({
    n: Number(text.slice(0, -1)),
    status: LETTERS[text.slice(-1)] ?? 'FAILED',
    reason: text.slice(-1),
    result: null,
    attempts: 1,
    ms: 0,
  }));
  const merged = mergeOutcomes(
    outcomes.map((outcome) => ({ id: JSON.stringify(outcome), at: 0, outcomes: [outcome] })),
  );
  return [...lettersOf(pages)].map((item, n) => {
    const id = childId({ slice, segment, block: blockNumber(block), n });
    return `${id}=${item}${merged.get(n)?.reason ?? '?'}`;
  });
}
