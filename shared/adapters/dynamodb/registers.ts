import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { type Mark, NEW_REGISTER, type Register } from '../../domain/sending.ts';
import { type Item, N, numberOf, S, stringOf } from './attributes.ts';
import { absent, all, any, type Condition, equals } from './conditions.ts';

/**
 * A slot's register as three flat attributes of BLOCK, named by the slot: `t…` its turn, `r…` tries and alone, `m…` the
 * mark, `w…` the id of its last write. Flat, so that one update can write any of them together with `done`, and the mark can be
 * cleared by itself. What a newer release adds stands behind in each list, and is written back as it was read: "as read"
 * compares the texts.
 */
const later = z.json();
/** Child, tries, due, crashes. */
const childTries = z.tuple([z.number(), z.number(), z.number(), z.number()], later);
/** Tries by child, alone. */
const rest = z.tuple([z.array(childTries), z.boolean()], later);
const mark = z.tuple([z.number(), z.number(), z.string()], later);

/** Absent where there is nothing, as in all that this release makes. */
const carried = (more: readonly Json[]) => (more.length > 0 ? { later: more } : {});

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
    const [tries, alone, ...more] = rest.parse(JSON.parse(stringOf(item, names.rest) ?? '[[],false]'));
    const markText = stringOf(item, names.mark);
    registers.set(slot, {
      turn: numberOf(item, names.turn) ?? 0,
      tries: new Map(
        tries.map(([n, count, due, crashes, ...of]) => [n, { tries: count, due, crashes, ...carried(of) }]),
      ),
      alone,
      mark: markText === null ? null : parseMark(markText),
      ...carried(more),
    });
  }
  return registers;
}

/** Canonical, since `replaceRegister` compares it: children in ascending order. */
export function restText(register: Register): string {
  const tries = [...register.tries]
    .sort(([a], [b]) => a - b)
    .map(([n, of]) => [n, of.tries, of.due, of.crashes, ...(of.later ?? [])]);
  return JSON.stringify([tries, register.alone, ...(register.later ?? [])]);
}

export function markText({ child, deadline, by, later = [] }: Mark): string {
  return JSON.stringify([child, deadline, by, ...later]);
}

function parseMark(text: string): Mark {
  const [child, deadline, by, ...more] = mark.parse(JSON.parse(text));
  return { child, deadline, by, ...carried(more) };
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
