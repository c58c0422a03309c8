import { LINES } from './alphabet.ts';
import type { Context } from './context.ts';
import { leaveSuspect } from './forwarding.ts';
import { parseWork, visible } from './messages.ts';
import type { Forwarder } from './processes.ts';
import { end, invocationOf, type Step } from './steps.ts';
import type { World } from './world.ts';

/** What the messages of one batch have in common: one read of a block, one write of its outcomes, one answer at the end. */

/** The messages of its batch, itself included. */
function batchOf(w: World, p: Forwarder): Forwarder[] {
  return invocationOf(w, p).filter((one) => one.kind === 'forward');
}

/** Those of its block. */
export function sameBlock(w: World, p: Forwarder): Forwarder[] {
  const { block } = parseWork(p.held[0] ?? '');
  return batchOf(w, p).filter(({ held }) => parseWork(held[0] ?? '').block === block);
}

/** Whether outcomes of its block are being stored while its children are still called. */
export function isStoring(w: World, p: Forwarder): boolean {
  const { block } = parseWork(p.held[0] ?? '');
  return invocationOf(w, p).some((one) => one.kind === 'store' && one.block === block);
}

/** Gathers the outcomes of all messages of the block that wait to be stored: the first of them writes the group. */
export function gatherGroup(cx: Context, w: World, p: Forwarder): void {
  const block = sameBlock(w, p);
  p.leads = true;
  for (const one of block) {
    if (one === p || one.at !== 'commit') continue;
    p.ended.push(...one.ended);
    one.ended = [];
    one.at = 'grouped';
  }
  p.ended.sort((a, b) => a[0] - b[0]);
  if (cx.bug !== 'group deletes what it lacks') return;
  for (const one of block) if (one !== p) one.at = 'delete';
}

/** Its message is done with, and with it those whose outcomes it wrote. */
export function finish(w: World, p: Forwarder): void {
  for (const one of groupOf(w, p)) {
    if (one.failed) {
      one.mark = null;
      putBack(w, one);
    } else rest(w, one, 'delete');
  }
  beginSuspects(w, p);
}

/** A store or a queue failed it, or its group, and it lives. */
export function failForwarder(w: World, p: Forwarder): void {
  if (p.at === 'call' && p.ended.length > 0) {
    // What ended meanwhile is stored first; what is to be called again costs no try, as nothing says that it was called.
    Object.assign(p, { due: [], halves: [], again: [], pressed: [], seen: null, failed: true, at: 'commit' });
    return;
  }
  if (p.at === 'call marked') {
    Object.assign(p, { due: [], halves: [], again: [], pressed: [], next: null, failed: true });
    p.at = p.ended.length > 0 ? 'page marked' : 'update marked';
    return;
  }
  for (const one of groupOf(w, p)) putBack(w, one);
  beginSuspects(w, p);
}

/** Its message comes back; a mark that may be there must not accuse anybody. */
function putBack(w: World, p: Forwarder): void {
  rest(w, p, p.mark ? 'end mark' : 'back');
}

/** It needs nothing any more but what its message is to become. */
export function rest(w: World, p: Forwarder, at: 'delete' | 'back' | 'end mark'): void {
  if (at !== 'end mark') {
    // The answer to its last call may have been lost: then the mark is ended once more.
    const mark = at === 'delete' ? p.mark : null;
    leaveSuspect(p);
    p.mark = mark;
    shareWithCopies(w, p, at);
  }
  delete p.waits;
  delete p.kept;
  Object.assign(p, {
    due: [],
    halves: [],
    ended: [],
    leads: false,
    failed: false,
    full: false,
    delayed: false,
    early: false,
    at,
  });
}

/** What becomes of a message becomes of its copies in the batch, at the same time. */
export function shareWithCopies(w: World, p: Forwarder, at: 'delete' | 'back'): void {
  if (p.copy) return;
  for (const one of batchOf(w, p)) if (one.copy && one.held[0] === p.held[0]) one.at = at;
}

/** Behind everything else of the batch: the next suspect, where it's the only one; else any goes first of those that ask for least care. */
export function beginSuspects(w: World, p: Forwarder): void {
  const [first, ...others] = suspectsReady(w, p);
  if (first && others.length === 0) beginMarking(first);
}

export function suspectSteps(w: World, p: Forwarder): Step[] {
  return suspectsReady(w, p).includes(p) ? [{ name: 'suspect: goes first', run: () => beginMarking(p) }] : [];
}

function suspectsReady(w: World, p: Forwarder): Forwarder[] {
  const batch = batchOf(w, p).filter(({ at }) => at !== 'copy');
  if (!batch.every(({ at }) => isOver(at) || at === 'suspect')) return [];
  const suspects = batch.filter(({ at }) => at === 'suspect');
  const least = Math.min(...suspects.map(({ care }) => care));
  return suspects.filter(({ care }) => care === least);
}

function beginMarking(p: Forwarder): void {
  Object.assign(p, { marks: true, called: [], again: [], pressed: [], at: 'read' });
}

/** Once all of the batch are over: what was handled is deleted, what wasn't comes back. */
export function answerSteps(cx: Context, w: World, p: Forwarder): Step[] {
  const batch = batchOf(w, p);
  if (batch[0] !== p || batch.some(({ at }) => !isOver(at))) return [];
  const answer = () => {
    for (const one of batch) {
      const [held = ''] = one.held;
      cx.say(() => (one.at === 'back' ? LINES.putBack(visible(held)) : LINES.delete(held)));
      if (one.at === 'back' && !one.lapsed) w.queue.push(held);
      end(w, one);
    }
  };
  return [
    { name: batch.some(({ at }) => at === 'back') ? 'forward: put back' : 'forward: delete message', run: answer },
  ];
}

const isOver = (at: Forwarder['at']): boolean => at === 'delete' || at === 'back';

function groupOf(w: World, p: Forwarder): Forwarder[] {
  return p.leads ? [p, ...sameBlock(w, p).filter(({ at }) => at === 'grouped')] : [p];
}
