import { withCallbacks } from '../../shared/domain/joining.ts';
import { blockOf, type Context, fromRegister, toRegister } from './context.ts';
import type { Work } from './messages.ts';
import type { Forwarder } from './processes.ts';
import type { RegisterRecord, World } from './world.ts';

/** What callbacks change of a slot's register while a message calls others of it: the end of its pass holds that, and writes again. */

export function rememberPass(p: Forwarder, complete: boolean): void {
  const { again, pressed, waits = [] } = p;
  p.came = { read: p.seen?.register ?? null, again: [...again], pressed: [...pressed], waits: [...waits], complete };
}

const waitsOf = (register: RegisterRecord | null | undefined) => register?.waiting?.join(';') ?? '';

/** The turn is still the message's, and the same children wait until the same times as it read. */
export function isAsRead({ bug }: Context, { came }: Forwarder, { turn }: Work, now?: RegisterRecord): boolean {
  const isSame = !came || waitsOf(now) === waitsOf(came.read) || bug === 'callbacks undone by a call of others';
  return (now?.turn ?? 0) === turn && isSame;
}

/** Puts a pass whose outcomes are stored behind what callbacks changed meanwhile; false where another has raised the turn. */
export function holdCallbacks(w: World, p: Forwarder, { block, slot, turn }: Work): boolean {
  const { done, registers } = blockOf(w, block);
  const { came } = p;
  const now = registers[slot];
  if (!came || now?.turn !== turn) return false;
  const register = came.read && fromRegister(withCallbacks(toRegister(came.read), toRegister(now)));
  p.ended = [];
  Object.assign(p, {
    again: came.again,
    pressed: came.pressed,
    waits: came.waits,
    seen: { done: [...done], register },
  });
  if (came.waits.length === 0) delete p.waits;
  return true;
}

/** Its outcomes, and the times of its waits, were written before. */
export function written(p: Forwarder): void {
  delete p.waits;
  if (p.at !== 'commit') p.at = 'update';
}
