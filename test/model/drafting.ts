import { blockSize, END, type Page, PageDraft } from '../../shared/domain/chain.ts';
import type { Context } from './context.ts';
import type { Splitter } from './processes.ts';

/** What the source gives from the cursor on, as one page. */
export function draftPage(cx: Context, p: Splitter): Page {
  const items = cx.level.sources[p.slice]?.[p.variant] ?? '';
  const first = blockSize(cx.itemsPages(p.pages));
  const key = `${p.slice}.${p.variant}.${p.cursor}.${first}.${p.bound}`;
  const page = cx.drafts.get(key) ?? readSource(cx, items, p.cursor, first, p.bound ?? items.length);
  cx.drafts.set(key, page);
  return page;
}

/** What it may have of that when its time is up; each ends its block. */
export function cutPages(cx: Context, p: Splitter): Page[] {
  const whole = draftPage(cx, p);
  if (whole.kind === 'end') return [];
  const items = cx.level.sources[p.slice]?.[p.variant] ?? '';
  return whole.items.flatMap((_, i) => {
    const isWhole = i === whole.items.length - 1;
    if (isWhole && whole.endsBlock) return [];
    const draft = new PageDraft(whole.first, cx.level.geometry);
    for (let k = p.cursor; k <= p.cursor + i; k++) draft.add(items[k] ?? '', cx.level.itemBytes, k + 1);
    return [draft.page(true)];
  });
}

function readSource(cx: Context, items: string, cursor: number, first: number, bound: number): Page {
  const draft = new PageDraft(first, cx.level.geometry);
  const bytes = cx.level.itemBytes;
  const until = Math.min(items.length, bound);
  for (let i = cursor; i < until && draft.fits(bytes); i++) draft.add(items[i] ?? '', bytes, i + 1);
  if (draft.isEmpty) return END;
  const page = draft.page(draft.fillsBlock);
  // What the source, or the canary, ends with ends its block, however short that is.
  return page.cursor === until ? draft.page(true) : page;
}
