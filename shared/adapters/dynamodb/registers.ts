import * as z from 'zod';
import { type Mark, NEW_REGISTER, type Register } from '../../domain/sending.ts';
import { type Item, N, numberOf, S, stringOf } from './attributes.ts';
import { absent, all, any, type Condition, equals } from './conditions.ts';

/**
 * A slot's register as three flat attributes of BLOCK, named by the slot: `t…` its turn, `r…` tries and alone, `m…` the
 * mark, `w…` who wrote it last. Flat, so that one update can write any of them together with `done`, and the mark can be cleared by itself.
 */
const rest = z.tuple([
  /** Child, tries, due, crashes. */
  z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])),
  z.boolean(),
]);
const mark = z.tuple([z.number(), z.number(), z.string()]);

export const attributesOf = (slot: number) => ({
  turn: `t${slot}`,
  rest: `r${slot}`,
  mark: `m${slot}`,
  writer: `w${slot}`,
});

export function registersOf(item: Item): ReadonlyMap<number, Register> {
  const registers = new Map<number, Register>();
  for (const name of Object.keys(item)) {
    if (!/^t\d+$/.test(name)) continue;
    const slot = Number(name.slice(1));
    const names = attributesOf(slot);
    const [tries, alone] = rest.parse(JSON.parse(stringOf(item, names.rest) ?? '[[],false]'));
    const markText = stringOf(item, names.mark);
    registers.set(slot, {
      turn: numberOf(item, names.turn) ?? 0,
      tries: new Map(tries.map(([n, count, due, crashes]) => [n, { tries: count, due, crashes }])),
      alone,
      mark: markText === null ? null : parseMark(markText),
    });
  }
  return registers;
}

/** Canonical, since `replaceRegister` compares it: children in ascending order. */
export function restText(register: Register): string {
  const tries = [...register.tries].sort(([a], [b]) => a - b).map(([n, t]) => [n, t.tries, t.due, t.crashes]);
  return JSON.stringify([tries, register.alone]);
}

export function markText({ child, deadline, by }: Mark): string {
  return JSON.stringify([child, deadline, by]);
}

function parseMark(text: string): Mark {
  const [child, deadline, by] = mark.parse(JSON.parse(text));
  return { child, deadline, by };
}

/**
 * SET and REMOVE clauses that make the stored register `next`.
 * @param writer unique to this write: the client repeats a request whose answer was lost, and then meets its own write
 */
export function writing(slot: number, next: Register, writer: string) {
  const names = attributesOf(slot);
  return {
    set: {
      [names.turn]: N(next.turn),
      [names.rest]: S(restText(next)),
      [names.writer]: S(writer),
      ...(next.mark && { [names.mark]: S(markText(next.mark)) }),
    },
    remove: next.mark ? [] : [names.mark],
  };
}

/** Condition: the stored turn is this one. An absent register is at turn 0. */
export function turnIs(slot: number, turn: number): Condition {
  const { turn: name } = attributesOf(slot);
  return turn === 0 ? any(absent(name), equals(name, turn)) : equals(name, turn);
}

/** Condition: the stored register is exactly this one, as it was read. */
export function registerIs(slot: number, read: Register): Condition {
  const names = attributesOf(slot);
  const text = restText(read);
  const isAsRead = equals(names.rest, text);
  return all(
    turnIs(slot, read.turn),
    text === restText(NEW_REGISTER) ? any(absent(names.rest), isAsRead) : isAsRead,
    read.mark ? equals(names.mark, markText(read.mark)) : absent(names.mark),
  );
}
