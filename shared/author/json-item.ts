import type { Json } from '../domain/json.ts';

/**
 * Why a type of items, or of answers, isn't JSON as it is, as a sentence with the place; never where it is, as far as types tell.
 * Interfaces are taken, and so is what may be anything (unknown, any): the rest is seen when the item is read.
 */
export type NotJson<T, Of extends 'item' | 'result' = 'item'> = Issue<T, Of, []>;

/** Levels that are looked at: a type may hold itself. */
type Deepest = 6;

type Issue<T, At extends string, Level extends readonly unknown[]> =
  IsAnything<T> extends true
    ? never
    : [T] extends [Json]
      ? never
      : Level['length'] extends Deepest
        ? never
        : T extends Json
          ? never
          : T extends object
            ? ObjectIssue<T, At, Level>
            : `${At} may be ${ValueName<T>}, which JSON has not`;

type IsAnything<T> = unknown extends T ? true : false;

type ObjectIssue<T extends object, At extends string, Level extends readonly unknown[]> = T extends Foreign
  ? `${At} may be ${ForeignName<T>}, which JSON has not`
  : T extends readonly unknown[]
    ? ListIssue<T, `${At}[]`, [...Level, 0]>
    : // A property that is undefined is one that is absent.
      { [K in keyof T]-?: Issue<Exclude<T[K], undefined>, `${At}.${KeyName<K>}`, [...Level, 0]> }[keyof T];

/** A tuple's optional places may be absent, while undefined in a list's would become null. */
type ListIssue<T extends readonly unknown[], At extends string, Level extends readonly unknown[]> = Issue<
  number extends T['length'] ? T[number] : Exclude<T[number], undefined>,
  At,
  Level
>;

type KeyName<K> = K extends string | number ? `${K}` : '[symbol]';

type ValueName<T> = T extends undefined
  ? 'undefined'
  : T extends bigint
    ? 'a bigint (give its text)'
    : T extends symbol
      ? 'a symbol'
      : 'something';

/** Objects that keep what they are elsewhere than in their fields. */
type Foreign =
  | ((...given: never[]) => unknown)
  | (abstract new (
      ...given: never[]
    ) => unknown)
  | Date
  | PromiseLike<unknown>
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBufferView
  | RegExp;

type ForeignName<T> = T extends Date
  ? 'a Date (give its text)'
  : T extends PromiseLike<unknown>
    ? 'a promise (an await is missing)'
    : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
      ? 'a Map or Set (give a list or plain object)'
      : T extends ArrayBufferView
        ? 'bytes (give their text)'
        : T extends RegExp
          ? 'a RegExp'
          : 'a function';
