import { isBlockFull } from '../../shared/domain/completion.ts';
import { LINES } from './alphabet.ts';
import { isStoring, sameBlock } from './batch.ts';
import { addBlock, addDone, addOutcomes, type Context, send } from './context.ts';
import { parseWork, segmentOf, type Work } from './messages.ts';
import type { Forwarder } from './processes.ts';
import { end, invocationOf, type Step } from './steps.ts';
import type { Storer } from './storer.ts';
import type { World } from './world.ts';

/** While children of a block's messages are still called, what has ended of them is stored: its page, its set, and the completion. */
export function storeEarlySteps(cx: Context, w: World, p: Forwarder, { block, size }: Work): Step[] {
  if (!cx.level.storesEarly || isStoring(w, p)) return [];
  const calling = sameBlock(w, p).filter(({ at, ended }) => CALLING.includes(at) && ended.length > 0);
  if (calling[0] !== p) return [];
  const all = calling.flatMap((one) => one.ended).sort((a, b) => a[0] - b[0]);
  const store = (ended: [number, string][]) => {
    putOutcomes(cx, w, block, ended);
    const storer: Storer = { kind: 'store', id: p.id, held: [], lapsed: false, at: 'update', block, size, ended };
    w.procs.push(storer);
    if (cx.bug === 'kept before it is stored') keep(w, storer);
  };
  const sets = cx.level.storesEarly === 'all that ended' ? [all] : subsets(all);
  const name = 'forward: write page of what has ended';
  return sets.map((ended) => ({ name, atAnyTime: true, run: () => store(ended) }));
}

const CALLING: readonly Forwarder['at'][] = ['call', 'released', 'call marked'];

export function storerSteps(cx: Context, w: World, p: Storer): Step[] {
  const over = () => {
    keep(w, p);
    end(w, p);
  };
  switch (p.at) {
    case 'update':
      return [
        {
          name: 'store: update done',
          run: () => {
            const children = p.ended.map(([n]) => n);
            const done = addDone(cx, w, p.block, children);
            cx.say(() => LINES.addDone(p.block, children, done));
            if (isBlockFull(new Set(done), p.size) && cx.bug !== 'early completion not told') p.at = 'tell';
            else over();
          },
        },
      ];
    case 'tell':
      return [
        {
          name: 'store: add block to segment',
          run: () => {
            if (addBlock(cx, w, p.block)) p.at = 'notify';
            else over();
          },
        },
      ];
    case 'notify':
      return [
        {
          name: 'store: tell segment',
          run: () => {
            send(cx, w, `g:${segmentOf(p.block)}`);
            over();
          },
        },
      ];
  }
}

/** Those that aren't empty. */
function subsets<T>(of: readonly T[]): T[][] {
  return Array.from({ length: 2 ** of.length - 1 }, (_, at) => of.filter((_, i) => ((at + 1) >> i) % 2 === 1));
}

export function putOutcomes(cx: Context, w: World, block: string, outcomes: readonly [number, string][]): void {
  addOutcomes(w, block, outcomes);
  cx.say(() =>
    LINES.putOutcomes(
      block,
      outcomes.map(([n, letter]) => `${n}${letter}`),
    ),
  );
}

/** Its messages have nothing more to store of what it stored. */
function keep(w: World, { ended, ...of }: Storer): void {
  const stored = new Set(ended.map(([n]) => n));
  for (const one of invocationOf(w, { ...of, ended })) {
    if (one.kind !== 'forward' || parseWork(one.held[0] ?? '').block !== of.block) continue;
    const kept = one.ended.filter(([n]) => stored.has(n)).map(([n]) => n);
    if (kept.length === 0) continue;
    one.kept = [...(one.kept ?? []), ...kept].sort((a, b) => a - b);
    one.ended = one.ended.filter(([n]) => !stored.has(n));
  }
}
