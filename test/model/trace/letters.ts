import * as z from 'zod';
import { workMessage } from '../../../shared/domain/messages.ts';
import type { ChildStatus } from '../../../shared/domain/row.ts';
import { workText } from '../messages.ts';

const item = z.object({ i: z.number() });
const redriven = z.tuple([z.string(), item, z.number()]);
const LETTERS = 'abcdefghijklmnop';

type Page =
  | { readonly kind: 'end' }
  | { readonly kind: 'items'; readonly first: number; readonly items: readonly unknown[]; readonly endsBlock: boolean };

/** Items of a trace's runs as the model's letters, and where each stands. */
export class Letters {
  /** `<block>.<n>` by run and letter. */
  readonly #places = new Map<string, string>();

  ofItem(held: unknown): string {
    const again = redriven.safeParse(held);
    const { i } = again.success ? again.data[1] : item.parse(held);
    return LETTERS[i] ?? '?';
  }

  ofPage<P extends Page>(page: P) {
    return page.kind === 'end' ? page : { ...page, items: page.items.map((held) => this.ofItem(held)) };
  }

  /** A page was put. */
  placed(run: string, block: string, page: Page): void {
    if (page.kind === 'end') return;
    for (const [i, held] of page.items.entries()) {
      this.#places.set(`${run}/${this.ofItem(held)}`, `${block}.${page.first + i}`);
    }
  }

  /** The block and number of the child whose item has this index. */
  placeOf(run: string, i: number): { block: string; n: number } {
    const [, block = '', n = ''] = /^(.*)\.(\d+)$/.exec(this.#places.get(`${run}/${LETTERS[i]}`) ?? '') ?? [];
    return { block, n: Number(n) };
  }

  /** A work message as the model writes it. */
  work(message: unknown, receives: number, delayed: boolean): { run: string; text: string } {
    const { run, at, slot, turn, size, items } = workMessage.parse(message);
    const [slice, segment, block] = at;
    const letters = items.map((held) => this.ofItem(held)).join('');
    const text = workText({
      block: `${slice}-${segment}.${block}`,
      slot,
      items: letters,
      turn,
      size,
      receives,
      delayed,
    });
    return { run, text };
  }
}

/** How a child ended, as the model's letter. */
export function letterOf({ status, reason }: { readonly status: ChildStatus; readonly reason: string | null }): string {
  if (status === 'FAILED')
    return reason === 'poison' ? 'P' : reason === 'dead-letter' ? 'D' : reason === 'callback-expired' ? 'X' : 'F';
  return { SUCCEEDED: 'S', CANCELLED: 'C', EXPIRED: 'E' }[status];
}
