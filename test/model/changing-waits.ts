import { isUnderWay } from '../../shared/domain/joining.ts';
import { missing } from '../../shared/domain/sending.ts';
import { itemsOf, type Said } from './calling-back.ts';
import { blockOf, type Context, toRegister } from './context.ts';
import type { Callback } from './processes.ts';
import { sameRegister } from './protocol-suspect.ts';
import type { Step } from './steps.ts';
import { insertBucket, type RegisterRecord, type World } from './world.ts';

/** The model's clock stands at 0, and what is due later is due at 1: nothing that is due later is under way. */
const NOW_MS = -5_000;

/** Whether a message of the slot's present turn calls some of these children, or is about to. */
export const isCalled = (register: RegisterRecord, missed: readonly number[]): boolean =>
  isUnderWay(toRegister(register), missed, NOW_MS);

/** A service is at work: it waits anew where that is later than what is written, and where its wait is written at all. */
export const hears = (until: number | undefined): Callback['at'] =>
  until === undefined || until === HEARD ? 'delete' : 'bucket';

/** What a child waits until that was heard of: later than one that was just called. */
const HEARD = 2;

/** A callback that changes a slot's register and ends nothing: its child is called again, or waits anew. */
export function changeSteps(cx: Context, w: World, p: Callback, { block, slot, n }: Said): Step[] {
  const record = blockOf(w, block);
  const step = (name: string, run: () => void): Step[] => [{ name: `callback: ${name}`, run }];
  const to = (at: Callback['at']) => () => {
    p.at = at;
  };
  const read = p.seen?.register ?? null;
  const isAsRead = sameRegister(record.registers[slot], read);
  const child = `${block}:${n}`;
  const missed = (done: readonly number[]) =>
    missing({ done: new Set(done), registers: new Map() }, slot, itemsOf(cx, w, block, slot).length);
  switch (p.at) {
    case 'bucket':
      return step('write the time of its wait', () => {
        insertBucket(w, block, slot, HEARD);
        p.at = 'hear';
      });
    case 'hear':
      if (!isAsRead) return step('not as read, answered 503', to('back'));
      return step('wait anew', () => {
        const waiting = (read?.waiting ?? []).map(([each, until]): [number, number] => [
          each,
          each === n ? HEARD : until,
        ]);
        if (read) record.registers[slot] = { ...read, waiting };
        w.ghost.heard = { ...w.ghost.heard, [child]: HEARD };
        p.at = 'delete';
      });
    case 'gather':
      return step('read its slot', () => {
        if (p.seen) p.seen.done = [...record.done];
        p.at = 'replace';
      });
    case 'replace': {
      if (!isAsRead || !read) return step('not as read', to('read'));
      const joins = isCalled(read, missed(p.seen?.done ?? [])) && cx.bug !== 'a failure raises the turn under a call';
      return step(joins ? 'join the message of its slot' : 'call again', () => {
        const next = { ...calledAgain(read, n), turn: read.turn + (joins ? 0 : 1) };
        record.registers[slot] = next;
        delete w.ghost.heard?.[child];
        p.wrote = structuredClone(next);
        p.turn = next.turn;
        p.at = joins ? 'look' : 'send';
      });
    }
    case 'look':
      return step('look whether that message is to come', () => {
        const others = missed([...(p.seen?.done ?? []), ...record.done]).filter((each) => each !== n);
        const isRaised = record.registers[slot]?.turn !== read?.turn;
        p.at = isRaised || (read !== null && isCalled(read, others)) ? 'delete' : 'raise';
      });
    default:
      if (!p.wrote || !sameRegister(record.registers[slot], p.wrote)) return step('another has its slot', to('delete'));
      return step('raise its turn', () => {
        if (p.wrote) record.registers[slot] = { ...p.wrote, turn: p.turn + 1 };
        p.turn += 1;
        p.at = 'send';
      });
  }
}

/** Its child waits no more, and its try is spent. */
function calledAgain(before: RegisterRecord, n: number): RegisterRecord {
  const { waiting = [], ...kept } = before;
  const [, tries = 0, , crashes = 0] = before.tries.find(([child]) => child === n) ?? [];
  const others = before.tries.filter(([child]) => child !== n);
  const left = waiting.filter(([child]) => child !== n);
  return {
    ...kept,
    tries: [...others, [n, tries + 1, 0, crashes] as [number, number, number, number]].sort((a, b) => a[0] - b[0]),
    ...(left.length > 0 && { waiting: left }),
  };
}
