import { blockSize, slotsOf } from '../../shared/domain/chain.ts';
import { isBlockFull } from '../../shared/domain/completion.ts';
import { childId } from '../../shared/domain/ids.ts';
import { delaySeconds, NO_TRIES, registerOf, sendable } from '../../shared/domain/sending.ts';
import { LINES } from './alphabet.ts';
import { changeSteps, hears } from './changing-waits.ts';
import {
  addBlock,
  addDone,
  addOutcomes,
  blockOf,
  type Context,
  readChain,
  registerLines,
  segmentRecord,
  send,
  toBlock,
  toRegister,
} from './context.ts';
import { blockNumber, parseSegment, segmentOf, workText } from './messages.ts';
import type { Callback, Forwarder } from './processes.ts';
import { sameRegister } from './protocol-suspect.ts';
import { end, goBack, type Step } from './steps.ts';
import { insertBucket, type World } from './world.ts';

/**
 * A child that waits for its callback, and the callback itself. What a service says travels as a message of its own,
 * `c:<block>:<slot>:<n>:<attempt>:<letter>`, that can come at any time from its call on, twice, or never: S it succeeded, F it failed for good, R it
 * failed and is worth another call, H it is at work. A forged one ends in `:x`. Where it is answered with 503, or its function dies, it is said again.
 */

export interface Said {
  readonly block: string;
  readonly slot: number;
  readonly n: number;
  readonly attempt: number;
  readonly letter: string;
  readonly isForged: boolean;
}

function parseSaid(text: string): Said {
  const [, block = '', slot, n, attempt, letter = '', forged] = text.split(':');
  return { block, slot: Number(slot), n: Number(n), attempt: Number(attempt), letter, isForged: forged === 'x' };
}

/** A call that its service answers with 202, and what that says later: perhaps before the 202 itself is stored. */
export function answerLater(w: World, of: Omit<Said, 'letter' | 'isForged'>, word: string): void {
  for (const letter of word) w.queue.push(`c:${of.block}:${of.slot}:${of.n}:${of.attempt}:${letter}`);
}

/** Where the time of waits stands: before the register, so that none is ever without. */
export function bucketStep(cx: Context, w: World, p: Forwarder, block: string, slot: number, then: () => void): Step {
  return {
    name: 'forward: write the time of waits',
    run: () => {
      insertBucket(w, block, slot);
      delete p.waits;
      cx.say(() => LINES.addWait(block, slot));
      then();
    },
  };
}

/** Takes a callback: the token, BLOCK, a page, the set. */
export function callbackSteps(cx: Context, w: World, p: Callback): Step[] {
  const said = parseSaid(p.held[0] ?? '');
  const { block, slot, n, attempt, letter } = said;
  const record = blockOf(w, block);
  const step = (name: string, run: () => void): Step[] => [{ name: `callback: ${name}`, run }];
  const to = (at: Callback['at']) => () => {
    p.at = at;
  };
  // Of a last try: it fails for good.
  const word = letter === 'R' ? 'F' : letter;
  const put = () => {
    addOutcomes(w, block, [[n, word]]);
    cx.say(() => LINES.putOutcomesOnce(block, `${n}${word}`));
  };
  const isFull = () => isBlockFull(new Set(record.done), sizeOf(cx, w, block));
  switch (p.at) {
    case 'token':
      // Nothing is read, and nothing told, before it holds; nor once the run's deadline is over.
      if (said.isForged) return step('forged, refused', to('delete'));
      if (w.run.overdue) return step('too late for its run', to('delete'));
      // A success ends its child whatever the register says.
      return step('its token holds', to(letter === 'S' ? 'page' : 'read'));
    case 'read':
      return step('read BLOCK', () => {
        if (said.isForged) w.ghost.rewritten = 'a forged callback has read BLOCK';
        cx.say(() => LINES.readBlock(block, record.done, registerLines(record.registers)));
        p.seen = { done: [...record.done], register: structuredClone(record.registers[slot] ?? null) };
        p.at = decide(cx, p.seen, said);
        // Whoever filled the block may have died before it told.
        if (p.at === 'delete' && p.seen.done.includes(n) && isFull()) p.at = 'tell';
      });
    case 'page':
      return step('write page', () => {
        put();
        p.at = 'add';
      });
    case 'add': {
      const isAsRead = letter === 'S' || sameRegister(record.registers[slot], p.seen?.register ?? null);
      if (record.done.includes(n) || !isAsRead)
        return step('not as read', () => {
          cx.say(() => LINES.addMissing(block, n, null));
          p.at = letter === 'S' ? 'late' : 'read';
        });
      return step(letter === 'S' ? 'end its child' : 'fail its child', () => {
        const tries = record.registers[slot]?.tries.find(([child]) => child === n)?.[1] ?? 0;
        if (letter !== 'S' && attempt <= tries) w.ghost.rewritten = `an old call's failure ended ${block}.${n}`;
        const done = addDone(cx, w, block, [n]);
        cx.say(() => LINES.addMissing(block, n, done));
        p.recorded = letter === 'S';
        p.at = isFull() ? 'tell' : 'delete';
      });
    }
    case 'late': {
      const segment = segmentRecord(w, segmentOf(block));
      if (segment.frozen !== null && cx.bug !== 'accepted after freezing')
        return step('too late for its segment', () => {
          cx.say(() => LINES.countLate(segmentOf(block), false));
          p.at = 'delete';
        });
      return step('counted late', () => {
        segment.late = (segment.late ?? 0) + 1;
        cx.say(() => LINES.countLate(segmentOf(block), true));
        p.recorded = true;
        p.at = isFull() ? 'tell' : 'delete';
      });
    }
    case 'bucket':
    case 'hear':
    case 'gather':
    case 'replace':
    case 'look':
    case 'raise':
      return changeSteps(cx, w, p, said);
    case 'send':
      return step('send again', () => {
        const items = itemsOf(cx, w, block, slot);
        const seen = toBlock({ done: record.done, register: record.registers[slot] ?? null }, slot);
        const missed = [...items].map((_, i) => slot + i).filter((child) => !record.done.includes(child));
        const wrote = p.wrote ? toRegister(p.wrote) : registerOf(seen, slot);
        const left = sendable(wrote, missed);
        if (left.length > 0) {
          const size = sizeOf(cx, w, block);
          const delayed = delaySeconds(wrote, left, 0) > 0;
          send(cx, w, workText({ block, slot, items, turn: p.turn, size, receives: 0, delayed }));
        }
        p.at = 'delete';
      });
    case 'tell':
      return step('add block to segment', () => {
        p.at = addBlock(cx, w, block) ? 'notify' : 'delete';
      });
    case 'notify':
      return step('tell segment', () => {
        send(cx, w, `g:${segmentOf(block)}`);
        p.at = 'delete';
      });
    case 'delete':
      return step('answered', () => {
        if (p.recorded) tellOf(w, block, n);
        end(w, p);
      });
    case 'back':
      return step('answered 503', () => goBack(w, p));
  }
}

/** What the records, as read, say of it: as functions/callback/take-outcome.ts does. */
function decide(
  cx: Context,
  seen: NonNullable<Callback['seen']>,
  { slot, n, attempt, letter, isForged }: Said,
): Callback['at'] {
  if (isForged) return 'delete';
  const isDone = seen.done.includes(n);
  if (letter === 'S') return 'page';
  const register = registerOf(toBlock(seen, slot), slot);
  const tries = (register.tries.get(n) ?? NO_TRIES).tries;
  if (isDone || (attempt <= tries && cx.bug !== 'old failure ends the newer call')) return 'delete';
  if (letter === 'H') return hears(register.waiting?.get(n));
  // Its last try: it fails for good.
  if (letter === 'F' || attempt >= cx.level.attempts) return 'page';
  return register.waiting?.has(n) ? 'gather' : 'back';
}

/** A 200 said that a success is recorded: kept, to be held against what is frozen. */
function tellOf(w: World, block: string, n: number): void {
  const { slice, segment } = parseSegment(segmentOf(block));
  const id = childId({ slice, segment, block: blockNumber(block), n });
  const told = w.ghost.told ?? [];
  if (!told.includes(id)) w.ghost.told = [...told, id].sort();
}

/** A 200 is never untrue: a success that was said to be recorded is in what its segment was frozen with. */
export function toldIsTrue({ ghost, segments }: World): string | null {
  for (const id of ghost.told ?? []) {
    for (const { frozen } of Object.values(segments)) {
      const row = frozen?.find((each) => each.startsWith(`${id}=`));
      if (row && !row.endsWith('S')) return `a 200 was untrue: ${row}`;
    }
  }
  return null;
}

/** A child that waits is in no message. */
export function waitsInNoMessage({ queue, blocks }: World): string | null {
  for (const message of queue) {
    const [kind, block = '', slot = '', items = '', turn] = message.split(':');
    if (kind !== 'w' || items.length !== 1) continue;
    const record = blocks[block];
    const register = record?.registers[slot];
    const isOf = register?.turn === Number(turn) && register.waiting?.some(([n]) => n === Number(slot));
    if (isOf && !record?.done.includes(Number(slot))) return `${message} carries a child that waits`;
  }
  return null;
}

export function itemsOf(cx: Context, w: World, block: string, slot: number): string {
  const { slice } = parseSegment(segmentOf(block));
  const pages = readChain(cx, w, slice).blocks.find(({ id }) => id === block)?.pages ?? [];
  return (
    pages
      .flatMap(slotsOf)
      .find(({ first }) => first === slot)
      ?.items.join('') ?? ''
  );
}

export function sizeOf(cx: Context, w: World, block: string): number {
  const { slice } = parseSegment(segmentOf(block));
  return blockSize(readChain(cx, w, slice).blocks.find(({ id }) => id === block)?.pages ?? []);
}
