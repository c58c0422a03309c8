import * as z from 'zod';
import { pack, unpack } from '../../shared/adapters/dynamodb/codec.ts';
import { byColumn, byRow, tableSchema } from '../../shared/adapters/dynamodb/columns.ts';
import type { Keys } from '../../shared/adapters/dynamodb/keys.ts';
import { END, type ItemsPage, type Page } from '../../shared/domain/chain.ts';
import type { Held } from '../../shared/domain/held.ts';
import type { Json } from '../../shared/domain/json.ts';
import type { BlockRef, Place, SegmentRef } from '../../shared/domain/layout.ts';
import type { OutcomePage } from '../../shared/domain/outcome.ts';
import { CHILD_STATUSES } from '../../shared/domain/row.ts';
import { type BlockState, NEW_REGISTER, type Register } from '../../shared/domain/sending.ts';
import type { BlockContent, BlockStore } from '../../shared/ports/block-store.ts';
import { numberSetBytes } from '../../testing/meter.ts';
import type { Ledger } from './ledger.ts';

const json = z.custom<Json>((value) => value !== undefined);
const held = z.custom<Held>((value) => value !== undefined);
const packedPage = z.tuple([z.number(), tableSchema, z.array(z.number()), z.boolean(), json]);
const packedOutcomes = z.tuple([
  z.number(),
  z.array(z.tuple([z.number(), z.number(), z.string().nullable(), held, z.number(), z.number()])),
]);

interface Block {
  readonly done: Set<number>;
  readonly registers: Map<number, Register>;
  readonly pages: Map<number, Uint8Array>;
  readonly outcomes: Map<string, Uint8Array>;
}

/**
 * Blocks whose pages are packed as the table's are, and forgotten once their segment is frozen: from then on nobody reads them. So
 * a run of any length keeps what is under way.
 */
export class CompactBlocks implements BlockStore {
  /** Bytes of the pages held now. */
  bytes = 0;
  readonly #segments = new Map<string, Map<number, Block>>();
  readonly #ledger: Ledger;
  readonly #keys: Keys;

  constructor(ledger: Ledger, keys: Keys) {
    this.#ledger = ledger;
    this.#keys = keys;
  }

  get blocks(): number {
    return [...this.#segments.values()].reduce((sum, { size }) => sum + size, 0);
  }

  forget(run: string, segment: SegmentRef): void {
    for (const { pages, outcomes } of this.#segments.get(segmentKey(run, segment))?.values() ?? []) {
      for (const packed of [...pages.values(), ...outcomes.values()]) this.bytes -= packed.length;
    }
    this.#segments.delete(segmentKey(run, segment));
  }

  putPage(run: string, ref: BlockRef, { page: place }: Place, page: Page): boolean {
    const { pages } = this.#block(run, ref);
    const packed = pack(
      page.kind === 'end' ? null : [page.first, byColumn(page.items), page.slots, page.endsBlock, page.cursor],
    );
    this.#ledger.write(this.#keys.page(run, ref, place).pk, packed.length);
    if (pages.has(place)) return false;
    pages.set(place, packed);
    this.bytes += packed.length;
    return true;
  }

  readPage(run: string, ref: BlockRef, { page: place }: Place): Page | null {
    const packed = this.#find(run, ref)?.pages.get(place);
    this.#ledger.read(packed?.length ?? 0);
    return packed ? pageOf(packed) : null;
  }

  async read(run: string, ref: BlockRef): Promise<BlockState> {
    const block = this.#find(run, ref);
    this.#ledger.read(block ? sizeOf(block) : 0);
    return { done: new Set(block?.done), registers: new Map(block?.registers) };
  }

  async readAll(run: string, ref: BlockRef): Promise<BlockContent> {
    const block = this.#block(run, ref);
    const packed = [...block.pages].sort(([a], [b]) => a - b).map(([, page]) => page);
    const bytes = [...packed, ...block.outcomes.values()].reduce((sum, { length }) => sum + length, sizeOf(block));
    this.#ledger.read(bytes);
    const pages = packed.map(pageOf);
    return {
      state: { done: new Set(block.done), registers: new Map(block.registers) },
      pages: pages.filter((page): page is ItemsPage => page.kind === 'items'),
      cutShort: pages.some(({ kind }) => kind === 'end'),
      outcomes: [...block.outcomes].map(([id, page]) => outcomesOf(id, page)),
    };
  }

  async putOutcomes(run: string, ref: BlockRef, { id, at, outcomes }: OutcomePage): Promise<void> {
    const rows = outcomes.map((o) => [o.n, CHILD_STATUSES.indexOf(o.status), o.reason, o.result, o.attempts, o.ms]);
    const packed = pack([at, rows]);
    this.#block(run, ref).outcomes.set(id, packed);
    this.bytes += packed.length;
    this.#ledger.write(this.#keys.outcomes(run, ref, id).pk, packed.length);
  }

  async addDone(run: string, ref: BlockRef, done: readonly number[]): Promise<ReadonlySet<number>> {
    return this.#write(run, ref, done, () => true).done;
  }

  async settle(
    run: string,
    ref: BlockRef,
    { slot, done, next }: { slot: number; done: readonly number[]; next: Register },
  ): Promise<{ raised: boolean; done: ReadonlySet<number> }> {
    return this.#write(run, ref, done, ({ registers }) => {
      if ((registers.get(slot) ?? NEW_REGISTER).turn !== next.turn - 1) return false;
      registers.set(slot, next);
      return true;
    });
  }

  /** Nothing is sent again, and nobody is suspect, in a run that meets no faults. */
  replaceRegister(): Promise<boolean> {
    throw new Error('A register was replaced in a run without faults.');
  }

  endMark(): Promise<ReadonlySet<number>> {
    throw new Error('A mark was cleared in a run without faults.');
  }

  #write(run: string, ref: BlockRef, done: readonly number[], change: (block: Block) => boolean) {
    const block = this.#block(run, ref);
    for (const n of done) block.done.add(n);
    const raised = change(block);
    this.#ledger.write(this.#keys.block(run, ref).pk, sizeOf(block));
    return { raised, done: new Set(block.done) };
  }

  #find(run: string, ref: BlockRef): Block | undefined {
    return this.#segments.get(segmentKey(run, ref))?.get(ref.block);
  }

  #block(run: string, ref: BlockRef): Block {
    const segment = this.#segments.get(segmentKey(run, ref)) ?? new Map<number, Block>();
    this.#segments.set(segmentKey(run, ref), segment);
    const block = segment.get(ref.block) ?? {
      done: new Set(),
      registers: new Map(),
      pages: new Map(),
      outcomes: new Map(),
    };
    segment.set(ref.block, block);
    return block;
  }
}

const segmentKey = (run: string, { slice, segment }: SegmentRef) => `${run}/${slice}-${segment}`;

function sizeOf({ done, registers }: Block): number {
  let bytes = numberSetBytes(done);
  for (const { tries } of registers.values()) bytes += 80 + 20 * tries.size;
  return bytes;
}

function pageOf(packed: Uint8Array): Page {
  const stored = unpack(packed);
  if (stored === null) return END;
  const [first, columns, slots, endsBlock, cursor] = packedPage.parse(stored);
  return { kind: 'items', first, items: byRow(columns), slots, endsBlock, cursor };
}

function outcomesOf(id: string, packed: Uint8Array): OutcomePage {
  const [at, rows] = packedOutcomes.parse(unpack(packed));
  return {
    id,
    at,
    outcomes: rows.map(([n, status, reason, result, attempts, ms]) => ({
      n,
      status: CHILD_STATUSES[status] ?? 'FAILED',
      reason,
      result,
      attempts,
      ms,
    })),
  };
}
