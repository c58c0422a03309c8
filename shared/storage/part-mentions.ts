import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { holds, mayMention, mentions, type Wanted } from '../domain/mentions.ts';
import type { ObjectReader } from '../ports/objects.ts';
import { type ManifestPart, reducedKey } from './manifest.ts';
import { membersOf } from './members.ts';
import { type HeldRow, partKeys, readPartIndex, unpackRows } from './part.ts';
import { release } from './spill.ts';

/** Rows whose large values are fetched at once. */
const FEW_ROWS = 16;

/** A block that was looked at. */
export interface BlockMentions {
  readonly rows: number;
  /** The children whose item, result or line of report.csv mentions one of the texts. */
  readonly children: ReadonlySet<string>;
}

/**
 * Looks for texts in a part, block by block: in rows, and in lines, whose cells may be made of several values of a row. Holds a few megabytes
 * at a time.
 * @throws {ObjectNotFoundError} where some of it is gone
 */
export async function* partMentions(
  objects: ObjectReader,
  part: ManifestPart,
  wanted: Wanted,
): AsyncGenerator<BlockMentions> {
  const reduced = reducedKey(part);
  const { offsets, csvOffsets } = await readPartIndex(objects, reduced);
  const csv = membersOf(objects, partKeys(reduced).csv, csvOffsets);
  for await (const member of membersOf(objects, partKeys(part.part).rows, offsets)) {
    const { value: lines } = await csv.next();
    const inRows = await rowMentions(objects, member, wanted);
    yield { rows: inRows.rows, children: new Set([...inRows.children, ...lineMentions(lines, wanted)]) };
  }
}

async function rowMentions(objects: ObjectReader, member: Uint8Array, wanted: Wanted) {
  const stored = gunzipSync(member).toString('utf8');
  const children: string[] = [];
  // Most blocks are ruled out by their text: parsing one takes many times as long.
  if (!mayMention(stored, wanted) && !stored.includes('"$object"')) return { rows: countLines(stored), children };
  const rows = unpackRows(member);
  for (let i = 0; i < rows.length; i += FEW_ROWS) {
    const some = rows.slice(i, i + FEW_ROWS);
    const found = await Promise.all(some.map((row) => rowMention(objects, row, wanted)));
    children.push(...some.flatMap(({ id }, n) => (found[n] ? [id] : [])));
  }
  return { rows: rows.length, children };
}

async function rowMention(objects: ObjectReader, row: HeldRow, wanted: Wanted): Promise<boolean> {
  return mentions([await release(objects, row.item), await release(objects, row.result)], wanted);
}

function lineMentions(member: Uint8Array | undefined, wanted: Wanted): string[] {
  if (!member || member.length === 0) return [];
  const lines = gunzipSync(member).toString('utf8');
  const inCsv = wanted.map((text) => text.replaceAll('"', '""'));
  if (!holds(lines, inCsv)) return [];
  const records: string[][] = parse(lines);
  return records.flatMap(([id = '', ...cells]) => (mentions(cells, wanted) ? [id] : []));
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
