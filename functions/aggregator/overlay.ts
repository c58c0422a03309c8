import { parseChildId } from '../../shared/domain/ids.ts';
import type { SegmentRef } from '../../shared/domain/layout.ts';
import { supersedes } from '../../shared/domain/redrive.ts';
import { type ManifestPart, reducedKey } from '../../shared/storage/manifest.ts';
import { membersOf } from '../../shared/storage/members.ts';
import { type HeldRow, partKeys, readPartBlock, readPartIndex, unpackRows } from '../../shared/storage/part.ts';
import { writePart } from '../../shared/storage/write-part.ts';
import type { AggregatorDeps } from './deps.ts';

/**
 * The parts of a redrive's report: the base's, with the redriven children's rows laid over it, as a merge of two sorted
 * streams. A part without any is the base's own; a block without any is copied as the bytes it is. Holds a few blocks at a time.
 * @param base parts that this definition has reduced
 */
export async function overlay(
  deps: AggregatorDeps,
  run: string,
  base: readonly ManifestPart[],
  own: readonly ManifestPart[],
): Promise<ManifestPart[]> {
  const redriven = new Ahead(rowsInOrder(deps, own));
  const parts: ManifestPart[] = [];
  for (const part of base) {
    const isLaidOver = await redriven.isNext((row) => isOf(row, part));
    parts.push(isLaidOver ? await overlayPart(deps, run, part, redriven) : part);
  }
  return parts;
}

function isOf(row: HeldRow, { slice, segment }: SegmentRef): boolean {
  const id = parseChildId(row.id);
  return id.slice === slice && id.segment === segment;
}

async function* rowsInOrder({ objects }: AggregatorDeps, parts: readonly ManifestPart[]): AsyncGenerator<HeldRow> {
  for (const { part } of parts) {
    const index = await readPartIndex(objects, part);
    for (let block = 0; block < index.offsets.length - 1; block++)
      yield* await readPartBlock(objects, part, index, block);
  }
}

async function overlayPart(
  deps: AggregatorDeps,
  run: string,
  base: ManifestPart,
  redriven: Ahead<HeldRow>,
): Promise<ManifestPart> {
  const { objects } = deps;
  const { slice, segment } = base;
  const reduced = reducedKey(base);
  const index = await readPartIndex(objects, reduced);
  const members = membersOf(objects, partKeys(base.part).rows, index.offsets);
  const pieces = membersOf(objects, partKeys(reduced).csv, index.csvOffsets);
  const key = `${run}/parts/${slice}-${segment}.${deps.random.id()}`;
  // As of the base's parts, the statistics are read from the index: no more than a few are held at once.
  const { statistics: _, ...written } = await writePart(deps, key, async (draft) => {
    // Only what succeeded is in the statistics, and only the rest is redriven: the base's hold as they are.
    if (index.reduceError === undefined) draft.reduction.merge(index.statistics);
    else draft.reduction.fail(index.reduceError);
    for (let block = 0; block < index.offsets.length - 1; block++) {
      const isOfBlock = (row: HeldRow) => isOf(row, base) && parseChildId(row.id).block === block;
      const rows = await redriven.takeWhile(isOfBlock);
      const over = new Map(rows.filter(({ status }) => supersedes(status)).map((row) => [row.id, row]));
      const { value: member = new Uint8Array() } = await members.next();
      const { value: piece = new Uint8Array() } = await pieces.next();
      const old = unpackRows(member);
      const laid = new Set<HeldRow>();
      const merged = old.map((row) => {
        const newer = over.get(row.id);
        if (newer) laid.add(newer);
        return newer ?? row;
      });
      if (laid.size > 0) await draft.add(merged, laid);
      else await draft.copy(old, member, piece);
    }
  });
  return { slice, segment, ...written, reducedBy: deps.reduceDigest };
}

/** A sorted stream that can be looked ahead by one. */
class Ahead<T> {
  readonly #source: AsyncIterator<T>;
  #next: T | null = null;

  constructor(source: AsyncIterable<T>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async isNext(wanted: (value: T) => boolean): Promise<boolean> {
    if (this.#next === null) {
      const { done, value } = await this.#source.next();
      if (done) return false;
      this.#next = value;
    }
    return wanted(this.#next);
  }

  async takeWhile(wanted: (value: T) => boolean): Promise<T[]> {
    const taken: T[] = [];
    while ((await this.isNext(wanted)) && this.#next !== null) {
      taken.push(this.#next);
      this.#next = null;
    }
    return taken;
  }
}
