import { isDeepStrictEqual } from 'node:util';
import type { ItemsPage } from '../../shared/domain/chain.ts';
import type { BlockRef } from '../../shared/domain/layout.ts';
import type { OutcomePage } from '../../shared/domain/outcome.ts';
import { type BlockState, type Mark, NEW_REGISTER, type Register } from '../../shared/domain/sending.ts';
import type { BlockContent, BlockStore } from '../../shared/ports/block-store.ts';
import { COMPRESSED, type Meter, numberSetBytes } from '../meter.ts';
import { Copy } from './copy.ts';
import { blockKey, type MemoryPages } from './pages.ts';

interface BlockItem {
  readonly done: Set<number>;
  readonly registers: Map<number, Register>;
}

/** Blocks in memory. Each method is one atomic step, as one conditional write is. */
export class MemoryBlockStore implements BlockStore {
  readonly #blocks = new Map<string, BlockItem>();
  readonly #outcomes = new Map<string, Map<string, Copy<OutcomePage>>>();
  readonly #pages: MemoryPages;
  readonly #meter: Meter;

  constructor(pages: MemoryPages, meter: Meter) {
    this.#pages = pages;
    this.#meter = meter;
  }

  async read(run: string, block: BlockRef): Promise<BlockState> {
    const item = this.#blocks.get(blockKey(run, block));
    this.#meter.read('blocks.read', bytesOf(item));
    return stateOf(item);
  }

  async readAll(run: string, block: BlockRef): Promise<BlockContent> {
    const item = this.#blocks.get(blockKey(run, block));
    const copies = this.#pages.ofBlock(run, block);
    const outcomes = [...(this.#outcomes.get(blockKey(run, block))?.values() ?? [])];
    const packed = [...copies, ...outcomes].reduce((sum, { bytes }) => sum + bytes, 0) * COMPRESSED;
    this.#meter.read('blocks.readAll', bytesOf(item) + packed);
    const pages = copies.map(({ value }) => value);
    return {
      state: stateOf(item),
      pages: pages.filter((page): page is ItemsPage => page.kind === 'items'),
      cutShort: pages.some(({ kind }) => kind === 'end'),
      outcomes: outcomes.map(({ value }) => value),
    };
  }

  async putOutcomes(run: string, block: BlockRef, page: OutcomePage, _ttl: number): Promise<void> {
    const key = blockKey(run, block);
    const copy = new Copy(page);
    this.#outcomes.set(key, (this.#outcomes.get(key) ?? new Map<string, Copy<OutcomePage>>()).set(page.id, copy));
    this.#meter.write('blocks.putOutcomes', 0, copy.bytes * COMPRESSED);
  }

  async addDone(run: string, block: BlockRef, done: readonly number[], _ttl: number): Promise<ReadonlySet<number>> {
    return this.#add('blocks.addDone', run, block, done);
  }

  async settle(
    run: string,
    block: BlockRef,
    { slot, done, next }: { slot: number; done: readonly number[]; next: Register; ttl: number },
  ): Promise<{ raised: boolean; done: ReadonlySet<number> }> {
    const item = this.#blocks.get(blockKey(run, block));
    if ((item?.registers.get(slot) ?? NEW_REGISTER).turn !== next.turn - 1) {
      // The refused write bills as well.
      this.#meter.write('blocks.settle', bytesOf(item), bytesOf(item));
      return { raised: false, done: this.#add('blocks.settle', run, block, done) };
    }
    const after = this.#add('blocks.settle', run, block, done, (stored) => stored.registers.set(slot, copyOf(next)));
    return { raised: true, done: after };
  }

  async replaceRegister(
    run: string,
    block: BlockRef,
    { slot, read, next }: { slot: number; read: Register; next: Register; ttl: number },
  ): Promise<boolean> {
    const item = this.#blocks.get(blockKey(run, block));
    const isAsRead = isDeepStrictEqual(item?.registers.get(slot) ?? NEW_REGISTER, read);
    if (isAsRead) {
      this.#add('blocks.replaceRegister', run, block, [], ({ registers }) => registers.set(slot, copyOf(next)));
    } else {
      this.#meter.write('blocks.replaceRegister', bytesOf(item), bytesOf(item));
    }
    return isAsRead;
  }

  async endMark(
    run: string,
    block: BlockRef,
    { slot, mark, done }: { slot: number; mark: Mark; done: readonly number[]; ttl: number },
  ): Promise<ReadonlySet<number>> {
    return this.#add('blocks.endMark', run, block, done, ({ registers }) => {
      const register = registers.get(slot);
      if (register && isDeepStrictEqual(register.mark, { ...mark })) registers.set(slot, { ...register, mark: null });
    });
  }

  #add(
    name: string,
    run: string,
    block: BlockRef,
    done: readonly number[],
    change: (item: BlockItem) => void = () => {},
  ): ReadonlySet<number> {
    const key = blockKey(run, block);
    const item = this.#blocks.get(key) ?? { done: new Set(), registers: new Map() };
    const before = this.#blocks.has(key) ? bytesOf(item) : 0;
    for (const n of done) item.done.add(n);
    change(item);
    this.#blocks.set(key, item);
    this.#meter.write(name, before, bytesOf(item));
    return new Set(item.done);
  }
}

function stateOf(item: BlockItem | undefined): BlockState {
  return {
    done: new Set(item?.done),
    registers: new Map([...(item?.registers ?? [])].map(([slot, register]) => [slot, copyOf(register)])),
  };
}

function copyOf({ turn, tries, alone, mark }: Register): Register {
  return {
    turn,
    tries: new Map([...tries].map(([n, each]) => [n, { ...each }])),
    alone,
    mark: mark && { ...mark },
  };
}

function bytesOf(item: BlockItem | undefined): number {
  if (!item) return 0;
  let registers = 0;
  for (const { tries } of item.registers.values()) registers += 80 + 20 * tries.size;
  return numberSetBytes(item.done) + registers;
}
