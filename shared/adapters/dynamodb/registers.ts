import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { type Mark, NEW_REGISTER, type Register } from '../../domain/sending.ts';
import type { Waiting } from '../../domain/waiting.ts';
import { type Item, N, numberOf, S, stringOf } from './attributes.ts';
import { absent, all, any, type Condition, differs, equals } from './conditions.ts';

/**
 * A slot's register as flat attributes of BLOCK, named by the slot: `t…` its turn, `r…` its tries and whether it is a suspect, `c…` how
 * little care that asks for, `m…` the mark, `v…` who waits for a callback, `w…` the id of its last write. Flat, so that one update can write any of them together with
 * `done`, and the mark can be cleared by itself. What a newer release adds stands behind in each list, and is written back as it was
 * read: "as read" compares the texts.
 *
 * A release that knows no `c…` calls each suspect one child at a time, and leaves `c…` as it is: it says something only of a suspect.
 */
const later = z.json();
/**
 * Child, tries, due, crashes; behind them passes under pressure, and how many children a call of it may have: 0 for no less than any. A
 * release that doesn't know them carries them along unread.
 */
const childTries = z.tuple(
  [z.number(), z.number(), z.number(), z.number(), z.number().optional(), z.number().optional()],
  later,
);
/** Tries by child, whether it is a suspect. */
const rest = z.tuple([z.array(childTries), z.boolean()], later);
/** Child, or {@link WHOLE_SLOT}; deadline; invocation. */
const mark = z.tuple([z.number(), z.number(), z.string()], later);

/** Stands for all children of a slot in its mark. A release that knows it not counts a crash of a child that isn't there, and drops it. */
const WHOLE_SLOT = -1;
/** What `c…` is where a suspect is called apart. Without it, it is called alone. */
const APART = 1;

/** Absent where there is nothing, as in all that this release makes. */
const carried = (more: readonly Json[]) => (more.length > 0 ? { later: more } : {});

export const attributesOf = (slot: number) => ({
  turn: `t${slot}`,
  rest: `r${slot}`,
  care: `c${slot}`,
  mark: `m${slot}`,
  writer: `w${slot}`,
  waiting: `v${slot}`,
});

/** Until when, and a bit for each child of the slot that waits until then, in hexadecimal. */
const waits = z.array(z.tuple([z.number(), z.string()], later));

export function registersOf(item: Item): ReadonlyMap<number, Register> {
  const registers = new Map<number, Register>();
  for (const name of Object.keys(item)) {
    if (!/^t\d+$/.test(name)) continue;
    const slot = Number(name.slice(1));
    const names = attributesOf(slot);
    const [tries, isSuspect, ...more] = rest.parse(JSON.parse(stringOf(item, names.rest) ?? '[[],false]'));
    const markText = stringOf(item, names.mark);
    const waitsText = stringOf(item, names.waiting);
    registers.set(slot, {
      turn: numberOf(item, names.turn) ?? 0,
      tries: new Map(
        tries.map(([n, count, due, crashes, pressed = 0, together = 0, ...of]) => [
          n,
          {
            ...{ tries: count, due, crashes },
            ...(pressed > 0 && { pressed }),
            ...(together > 0 && { together }),
            ...carried(of),
          },
        ]),
      ),
      care: !isSuspect ? 0 : numberOf(item, names.care) === APART ? 1 : 2,
      mark: markText === null ? null : parseMark(markText),
      ...(waitsText !== null && { waiting: parseWaits(slot, waitsText) }),
      ...carried(more),
    });
  }
  return registers;
}

/** Canonical, since `replaceRegister` compares it: children in ascending order. */
export function restText(register: Register): string {
  const tries = [...register.tries]
    .sort(([a], [b]) => a - b)
    .map(([n, { tries, due, crashes, pressed = 0, together = 0, later = [] }]) => [
      ...[n, tries, due, crashes],
      // Nothing behind what says something, as a release that knows less writes it too.
      ...(pressed > 0 || together > 0 || later.length > 0 ? [pressed] : []),
      ...(together > 0 || later.length > 0 ? [together] : []),
      ...later,
    ]);
  return JSON.stringify([tries, register.care > 0, ...(register.later ?? [])]);
}

export function markText({ child, deadline, by, later = [] }: Mark): string {
  return JSON.stringify([child ?? WHOLE_SLOT, deadline, by, ...later]);
}

/** Bits, and not numbers: 256 children that wait must not make each write of their block a dearer one. Canonical, as it is compared. */
function waitsText(slot: number, waiting: Waiting): string {
  const bits = new Map<number, bigint>();
  for (const [n, until] of waiting) bits.set(until, (bits.get(until) ?? 0n) | (1n << BigInt(n - slot)));
  return JSON.stringify([...bits].sort(([a], [b]) => a - b).map(([until, set]) => [until, set.toString(16)]));
}

function parseWaits(slot: number, text: string): Waiting {
  const waiting = new Map<number, number>();
  for (const [until, hex] of waits.parse(JSON.parse(text))) {
    let n = slot;
    for (let set = BigInt(`0x${hex}`); set > 0n; set >>= 1n) {
      if (set & 1n) waiting.set(n, until);
      n += 1;
    }
  }
  return waiting;
}

function parseMark(text: string): Mark {
  const [child, deadline, by, ...more] = mark.parse(JSON.parse(text));
  return { child: child === WHOLE_SLOT ? null : child, deadline, by, ...carried(more) };
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
      ...(next.care === 1 && { [names.care]: N(APART) }),
      ...(next.mark && { [names.mark]: S(markText(next.mark)) }),
      ...(next.waiting && { [names.waiting]: S(waitsText(slot, next.waiting)) }),
    },
    remove: [
      ...(next.care === 1 ? [] : [names.care]),
      ...(next.mark ? [] : [names.mark]),
      ...(next.waiting ? [] : [names.waiting]),
    ],
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
    ...(read.care === 0 ? [] : [read.care === 1 ? equals(names.care, APART) : differs(names.care, APART)]),
    read.mark ? equals(names.mark, markText(read.mark)) : absent(names.mark),
    waitsAre(slot, read.waiting),
  );
}

/** Condition: these children of the slot wait, until these times, and no others. */
export function waitsAre(slot: number, waiting: Waiting | undefined): Condition {
  const { waiting: name } = attributesOf(slot);
  return waiting ? equals(name, waitsText(slot, waiting)) : absent(name);
}
