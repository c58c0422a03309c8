import { isBlockFull } from '../../shared/domain/completion.ts';
import { delaySeconds, missing, NO_TRIES, sendable } from '../../shared/domain/sending.ts';
import { LINES, register } from './alphabet.ts';
import { itemsOf, sizeOf } from './calling-back.ts';
import { isCalled } from './changing-waits.ts';
import {
  addBlock,
  addDone,
  addOutcomes,
  blockOf,
  type Context,
  fromRegister,
  registerLine,
  send,
  toBlock,
  toRegister,
} from './context.ts';
import { segmentOf, workText } from './messages.ts';
import type { Expirer } from './processes.ts';
import { spawnExpirer } from './spawn.ts';
import { end, type Step } from './steps.ts';
import { mayCall, type RegisterRecord, type World } from './world.ts';

/** What the sweeper finds of waits whose time is over, each minute, whatever else moves. */
export function expiries(w: World): Step[] {
  if (!mayCall(w)) return [];
  return Object.entries(w.blocks).flatMap(([block, { buckets = [] }]) =>
    buckets
      .filter(
        ([slot, until]) =>
          until === 0 && !w.procs.some((p) => p.kind === 'expire' && p.block === block && p.slot === slot),
      )
      .map(([slot]) => ({ name: 'expire: take a time that is over', run: () => spawnExpirer(w, block, slot) })),
  );
}

/** Ends a slot's waits: page, then set and register, then the message for what is called again; its bucket goes last. */
export function expirerSteps(cx: Context, w: World, p: Expirer): Step[] {
  const { block, slot } = p;
  const record = blockOf(w, block);
  const step = (name: string, run: () => void): Step[] => [{ name: `expire: ${name}`, run }];
  switch (p.at) {
    case 'read':
      return step('read BLOCK', () => {
        cx.say(() => LINES.readAll(block, record.done));
        const register = record.registers[slot];
        const over = (register?.waiting ?? []).flatMap(([n, until]) =>
          until === 0 && !record.done.includes(n) ? [n] : [],
        );
        if (!register || over.length === 0) {
          p.at = 'remove';
          return;
        }
        const others = missing(
          toBlock({ done: record.done, register }, slot),
          slot,
          itemsOf(cx, w, block, slot).length,
        );
        const lets = cx.bug !== 'a wait that is over raises the turn under a call';
        if (lets && isCalled(register, others)) {
          // Let be: it is taken again, a minute later.
          end(w, p);
          return;
        }
        p.read = structuredClone(register);
        const read = toRegister(register);
        const { waiting = new Map<number, number>(), ...kept } = read;
        const triesOf = (n: number) => read.tries.get(n) ?? NO_TRIES;
        const isRetry = cx.level.callbacks?.onExpiry === 'retry';
        const again = isRetry ? over.filter((n) => triesOf(n).tries + 1 < cx.level.attempts) : [];
        const tries = new Map(read.tries);
        for (const n of again)
          tries.set(n, { ...triesOf(n), tries: triesOf(n).tries + 1, due: cx.level.delays ? 1 : 0 });
        const left = new Map([...waiting].filter(([n]) => !over.includes(n)));
        p.next = fromRegister({ ...kept, turn: read.turn + 1, tries, ...(left.size > 0 && { waiting: left }) });
        p.failed = over.filter((n) => !again.includes(n));
        p.at = p.failed.length > 0 ? 'page' : 'update';
      });
    case 'page':
      return step('write page', () => {
        addOutcomes(
          w,
          block,
          p.failed.map((n): [number, string] => [n, 'X']),
        );
        cx.say(() =>
          LINES.putOutcomes(
            block,
            p.failed.map((n) => `${n}X`),
          ),
        );
        p.at = 'update';
      });
    case 'update':
      return step('raise turn', () => {
        const now = record.registers[slot];
        const waits = (register?: RegisterRecord) => register?.waiting?.join(';') ?? '';
        const isSame = waits(now) === waits(p.read) || cx.bug === 'a wait ended as it was read';
        const isRaised = p.next !== null && (now?.turn ?? 0) === p.next.turn - 1 && isSame;
        if (isRaised && p.next) {
          loseNobodyHeardOf(w, block, now, p.next);
          record.registers[slot] = p.next;
        }
        const done = new Set(addDone(cx, w, block, p.failed));
        const { next, failed } = p;
        cx.say(() =>
          next ? LINES.addDoneAndRaise(block, failed, register(registerLine(slot, next)), isRaised, done) : '',
        );
        const items = itemsOf(cx, w, block, slot);
        const seen = toBlock({ done: [...done], register: p.next }, slot);
        const left = p.next ? sendable(toRegister(p.next), missing(seen, slot, items.length)) : [];
        p.sends = isRaised && left.length > 0;
        p.raised = isRaised;
        p.failed = [];
        if (isBlockFull(done, sizeOf(cx, w, block))) p.at = 'tell';
        else afterTell(p);
      });
    case 'tell':
      return step('add block to segment', () => {
        if (addBlock(cx, w, block)) p.at = 'notify';
        else afterTell(p);
      });
    case 'notify':
      return step('tell segment', () => {
        send(cx, w, `g:${segmentOf(block)}`);
        afterTell(p);
      });
    case 'send':
      return step('send again', () => {
        const size = sizeOf(cx, w, block);
        const items = itemsOf(cx, w, block, slot);
        const turn = p.next?.turn ?? 0;
        const missed = missing(toBlock({ done: record.done, register: p.next }, slot), slot, items.length);
        const next = p.next && toRegister(p.next);
        const delayed = next !== null && delaySeconds(next, sendable(next, missed), 0) > 0;
        send(cx, w, workText({ block, slot, items, turn, size, receives: 0, delayed }));
        Object.assign(p, { next: null, sends: false, at: 'remove' });
      });
    case 'remove':
      return step('remove its time', () => {
        const buckets = record.buckets ?? [];
        const taken = buckets.findIndex(([other, until]) => other === slot && until === 0);
        if (taken >= 0) buckets.splice(taken, 1);
        if (buckets.length === 0) delete record.buckets;
        end(w, p);
      });
  }
}

/** A child whose service was heard of waits until the time that it was told. */
function loseNobodyHeardOf(w: World, block: string, now: RegisterRecord | undefined, next: RegisterRecord): void {
  for (const [n] of now?.waiting ?? []) {
    if (next.waiting?.some(([each]) => each === n)) continue;
    const child = `${block}:${n}`;
    if ((w.ghost.heard?.[child] ?? 0) > 0) w.ghost.rewritten = `${child} was lost though its service was heard of`;
    delete w.ghost.heard?.[child];
  }
}

/** Where another has raised the turn meanwhile, that may know more of them: it is read again. */
function afterTell(p: Expirer): void {
  p.at = p.sends ? 'send' : p.raised ? 'remove' : 'read';
  if (!p.sends) p.next = null;
}
