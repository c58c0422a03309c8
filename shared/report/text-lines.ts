import { line } from './format.ts';
import type { Room } from './sections/drawer.ts';

/** What a plain text has room for. */
export const TEXT_ROOM: Room = { rows: 10, columns: 5, pictures: false };

/** Columns of plain text, indented: those of `atEnd` stand at the end of their column, all else at its start. */
export function aligned(rows: readonly (readonly string[])[], atEnd: readonly boolean[] = []): string[] {
  const cleaned = rows.map((cells) => cells.map(line));
  const widths: number[] = [];
  for (const cells of cleaned)
    for (const [i, { length }] of cells.entries()) widths[i] = Math.max(widths[i] ?? 0, length);
  const pad = (cell: string, i: number) => (atEnd[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0));
  return cleaned.map((cells) => `  ${cells.map(pad).join('  ')}`.trimEnd());
}
