import { isUnderWay } from '../../shared/domain/joining.ts';
import { missing } from '../../shared/domain/sending.ts';
import { LINES, register } from './alphabet.ts';
import { itemsOf, type Said } from './calling-back.ts';
import { blockOf, type Context, registerLine, registerLines, toRegister } from './context.ts';
import type { Callback } from './processes.ts';
import { sameRegister } from './protocol-suspect.ts';
import type { Step } from './steps.ts';
import { insertBucket, type RegisterRecord, type World } from './world.ts';

/** The model's clock stands at 0, and what is due later is due at 1: nothing that is due later is under way. */
const NOW_MS = -5_000;

/** Whether a message of the slot's present turn calls some of these children, or is about to. */
export const isCalled = (register: RegisterRecord, missed: readonly number[]): boolean =>
  isUnderWay(toRegister(register), missed, NOW_MS);

/** A service is at work: it waits anew, where its wait is written at all. */
export const hears = (until: number | undefined): Callback['at'] => (until === undefined ? 'delete' : 'bucket');

/** What a child waits until that was heard of: later than one that was just called. */
const HEARD = 2;

/** A callback that changes a slot's register and ends nothing: its child is called again, or waits anew. */
export function changeSteps(cx: Context, w: World, p: Callback, { block, slot, n }: Said): Step[] {
  const record = blockOf(w, block);
  const step = (name: string, run: () => void): Step[] => [{ name: `callback: ${name}`, run }];
  const read = p.seen?.register ?? null;
  const child = `${block}:${n}`;
  const missed = (done: readonly number[]) =>
    missing({ done: new Set(done), registers: new Map() }, slot, itemsOf(cx, w, block, slot).length);
  switch (p.at) {
    case 'bucket':
      return step('write the time of its wait', () => {
        insertBucket(w, block, slot, HEARD);
        cx.say(() => LINES.addWait(block, slot));
        p.at = 'hear';
      });
    case 'hear':
      if (!read) throw new Error('A child that waits has a register.');
      return replace(['wait anew', 'not as read, answered 503'], waitAnew(read, n), (isReplaced) => {
        if (isReplaced) w.ghost.heard = { ...w.ghost.heard, [child]: HEARD };
        p.at = isReplaced ? 'delete' : 'back';
      });
    case 'gather':
      return step('read its slot', () => {
        cx.say(() => LINES.readAll(block, record.done));
        if (p.seen) p.seen.done = [...record.done];
        p.at = 'replace';
      });
    case 'replace': {
      if (!read) throw new Error('A child that waits has a register.');
      const joins = isCalled(read, missed(p.seen?.done ?? [])) && cx.bug !== 'a failure raises the turn under a call';
      const next = { ...calledAgain(cx, read, n), turn: read.turn + (joins ? 0 : 1) };
      return replace([joins ? 'join the message of its slot' : 'call again', 'not as read'], next, (isReplaced) => {
        p.at = !isReplaced ? 'read' : joins ? 'look' : 'send';
        if (!isReplaced) return;
        delete w.ghost.heard?.[child];
        p.wrote = structuredClone(next);
        p.turn = next.turn;
      });
    }
    case 'look':
      return step('look whether that message is to come', () => {
        cx.say(() => LINES.readBlock(block, record.done, registerLines(record.registers)));
        const others = missed([...(p.seen?.done ?? []), ...record.done]).filter((each) => each !== n);
        const isRaised = record.registers[slot]?.turn !== read?.turn;
        p.at = isRaised || (read !== null && isCalled(read, others)) ? 'delete' : 'raise';
      });
    default: {
      if (!p.wrote) throw new Error('It has joined a message, by what it wrote.');
      const next = { ...p.wrote, turn: p.turn + 1 };
      return replace(
        ['raise its turn', 'another has its slot'],
        next,
        (isReplaced) => {
          p.turn = next.turn;
          p.at = isReplaced ? 'send' : 'delete';
        },
        p.wrote,
      );
    }
  }

  /** Register := `next`, if it is as read. */
  function replace(
    [name, otherwise]: readonly [string, string],
    next: RegisterRecord,
    then: (isReplaced: boolean) => void,
    asRead = read,
  ): Step[] {
    const isReplaced = sameRegister(record.registers[slot], asRead);
    return step(isReplaced ? name : otherwise, () => {
      cx.say(() => LINES.replace(block, register(registerLine(slot, next)), isReplaced));
      if (isReplaced) record.registers[slot] = structuredClone(next);
      then(isReplaced);
    });
  }
}

function waitAnew(before: RegisterRecord, n: number): RegisterRecord {
  const waiting = (before.waiting ?? []).map(([each, until]): [number, number] => [each, each === n ? HEARD : until]);
  return { ...before, waiting };
}

/** Its child waits no more, and its try is spent. */
function calledAgain({ level }: Context, before: RegisterRecord, n: number): RegisterRecord {
  const { waiting = [], ...kept } = before;
  const [, tries = 0, , crashes = 0] = before.tries.find(([child]) => child === n) ?? [];
  const others = before.tries.filter(([child]) => child !== n);
  const left = waiting.filter(([child]) => child !== n);
  return {
    ...kept,
    tries: [...others, [n, tries + 1, level.delays ? 1 : 0, crashes] as [number, number, number, number]].sort(
      (a, b) => a[0] - b[0],
    ),
    ...(left.length > 0 && { waiting: left }),
  };
}
