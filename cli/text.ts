import { number } from '../shared/report/format.ts';

/** Numbers, times and columns as people read them. */

export { duration, number as count } from '../shared/report/format.ts';

/** How many of what: `1 run`, `2 runs`. */
export function counted(n: number, what: string, several = `${what}s`): string {
  return `${number(n)} ${n === 1 ? what : several}`;
}

/** What a deletion took. */
export function goneWords({ records, objects }: { readonly records: number; readonly objects: number }): string {
  return `${counted(records, 'record')}, ${counted(objects, 'object')}`;
}

/** How long something will take, about: `26 s`, `3 min`, `2.8 h`. */
export function timeLeft(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1_000));
  if (seconds < 90) return `${seconds} s`;
  const hours = seconds / 3_600;
  if (hours < 1.5) return `${Math.round(seconds / 60)} min`;
  return hours < 48 ? `${number(Math.round(hours * 10) / 10)} h` : `${number(Math.round(hours / 24))} days`;
}

/** UTC, to the second: `2026-03-01 02:00:07`. */
export function time(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Rows of cells as aligned columns, the header first. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** A label and what is said of it; undefined where there is nothing to say. */
export type Field = readonly [label: string, said: string | undefined];

/** `label   value` lines; what is undefined is left out. */
export function fields(values: Readonly<Record<string, string | undefined>> | readonly Field[]): string {
  const all: readonly Field[] = isList(values) ? values : Object.entries(values);
  const said = all.filter((field) => field[1] !== undefined);
  const width = Math.max(0, ...said.map(([label]) => label.length)) + 2;
  return said.map(([label, value]) => `  ${label.padEnd(width)}${value}\n`).join('');
}

function isList(values: object): values is readonly Field[] {
  return Array.isArray(values);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** What a service or an item says, for a terminal: without the control characters that could command it. */
export function plain(text: string): string {
  return text.replace(CONTROL, '�');
}
