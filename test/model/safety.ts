import { blockSize, slotsOf } from '../../shared/domain/chain.ts';
import { isBlockFull, packCount } from '../../shared/domain/completion.ts';
import { childId, unpackSegment } from '../../shared/domain/ids.ts';
import { sliceExtent } from '../../shared/domain/layout.ts';
import { isFinal } from '../../shared/domain/run.ts';
import { POISON_CRASHES } from '../../shared/domain/sending.ts';
import { toldIsTrue, waitsInNoMessage } from './calling-back.ts';
import { type Context, lettersOf, readChain } from './context.ts';
import { statusIsWrong } from './ending.ts';
import { blockNumber, parseSegment, parseWork, segmentOf } from './messages.ts';
import type { Budget, Level, World } from './world.ts';

/** DESIGN.md's invariants, on one state. */
export function broken(cx: Context, w: World): string | null {
  return (
    w.ghost.rewritten ??
    once(w) ??
    messagesMatchChain(cx, w) ??
    setsAreTrue(cx, w) ??
    frozenIsWhole(cx, w) ??
    reportIsWhole(cx, w) ??
    statusIsWrong(cx, w) ??
    lettersAreDead(w) ??
    toldIsTrue(w) ??
    waitsInNoMessage(w) ??
    boundsHold(cx, w)
  );
}

function once({ ghost }: World): string | null {
  if (ghost.finishes > 1) return `finished ${ghost.finishes} times`;
  return ghost.mails > 1 ? `${ghost.mails} mails` : null;
}

/** The stored chain is the truth: what is sent is what it holds. */
function messagesMatchChain(cx: Context, w: World): string | null {
  const messages = [...w.queue, ...w.ghost.sent, ...w.procs.flatMap(({ held }) => held)];
  for (const message of messages) {
    if (!message.startsWith('w:')) continue;
    const { block, slot, items, size } = parseWork(message);
    const chain = readChain(cx, w, sliceOf(block));
    // The same message over the same chain was right before.
    if (cx.matched.get(chain)?.has(message)) continue;
    const pages = chain.blocks.find(({ id }) => id === block)?.pages ?? [];
    const stored = pages.flatMap(slotsOf).find(({ first }) => first === slot);
    if (stored?.items.join('') !== items || blockSize(pages) !== size) {
      return `message ${message} isn't what the chain holds: ${lettersOf(pages)}`;
    }
    cx.matched.set(chain, (cx.matched.get(chain) ?? new Set()).add(message));
  }
  return null;
}

/** Each level's set holds only what the level below has stored. */
function setsAreTrue(cx: Context, w: World): string | null {
  for (const [id, { done, outcomes }] of Object.entries(w.blocks)) {
    for (const n of done) {
      if (!outcomes.some((text) => text.slice(0, -1) === String(n)))
        return `child ${id}.${n} is done without an outcome`;
    }
  }
  for (const [segment, { done }] of Object.entries(w.segments)) {
    const { blocks } = readChain(cx, w, parseSegment(segment).slice);
    for (const b of done) {
      const block = blocks.find(({ id }) => segmentOf(id) === segment && blockNumber(id) === b);
      const full = block?.closed && isBlockFull(new Set(w.blocks[block.id]?.done), blockSize(block.pages));
      if (!full) return `segment ${segment} has block ${b}, which isn't full`;
    }
  }
  for (const packed of w.root.done) {
    const { slice, segment } = unpackSegment(packed);
    if (!w.segments[`${slice}-${segment}`]?.frozen) return `ROOT has segment ${slice}-${segment}, which isn't frozen`;
  }
  for (const [slice] of w.slices.entries()) {
    const counts = w.root.counted.filter((packed) => Math.floor(packed / packCount(1, 0)) === slice);
    if (counts.length === 0) continue;
    const { ended, tail } = readChain(cx, w, slice);
    if (!ended) return `slice ${slice} is counted without its END`;
    const { segments } = sliceExtent(tail, cx.level.geometry);
    if (counts.length > 1 || counts[0] !== packCount(slice, segments)) return `slice ${slice} is counted wrong`;
  }
  return null;
}

/** A frozen part holds each child of its segment once, in order, with an outcome. */
function frozenIsWhole(cx: Context, w: World): string | null {
  for (const [segment, { frozen }] of Object.entries(w.segments)) {
    if (!frozen) continue;
    const { blocks } = readChain(cx, w, parseSegment(segment).slice);
    const expected = blocks.filter(({ id }) => segmentOf(id) === segment).flatMap((block) => childrenOf(block));
    const wrong = compare(frozen, expected);
    if (wrong) return `segment ${segment} is frozen but ${wrong}`;
  }
  return null;
}

/** The report holds each child of the chain once, in order, with the outcome its segment was frozen with. */
function reportIsWhole(cx: Context, w: World): string | null {
  const { report, plan, status } = w.run;
  if (report === null) return status !== 'none' && isFinal(status) ? 'final without a report' : null;
  const frozen: string[] = [];
  const expected: string[] = [];
  for (let slice = 0; slice < (plan ?? 0); slice++) {
    const { blocks, ended } = readChain(cx, w, slice);
    if (!ended) return `finished though slice ${slice} has no END`;
    expected.push(...blocks.flatMap((block) => childrenOf(block)));
    const segments = [...new Set(blocks.map(({ id }) => segmentOf(id)))];
    frozen.push(...segments.flatMap((segment) => w.segments[segment]?.frozen ?? []));
  }
  if (cx.level.base !== null) return redriveIsWhole(cx.level.base, report, frozen);
  const wrong = compare(report, expected);
  if (wrong) return `the report is wrong: ${wrong}`;
  return report.join() === frozen.join() ? null : `the report ${report.join()} isn't what is frozen: ${frozen.join()}`;
}

/** All rows of the run driven again, each under its own id; of those that had failed, the new outcome. */
function redriveIsWhole(base: readonly string[], report: readonly string[], again: readonly string[]): string | null {
  if (report.length !== base.length) return `the redrive reports ${report.length} of ${base.length} rows`;
  for (const [i, row] of report.entries()) {
    const before = base[i] ?? '';
    if (row.slice(0, -1) !== before.slice(0, -1)) return `row ${i} is ${row}, was ${before}`;
    const item = before.slice(before.indexOf('=') + 1, -1);
    const driven = again.find((text) => text.slice(text.indexOf('=') + 1, -1) === item);
    const letter = before.endsWith('S') ? 'S' : driven?.slice(-1);
    if (row.slice(-1) !== letter) return `row ${row} should end in ${letter}`;
  }
  return null;
}

/** The dead-letter handler gives up only what no later message has. */
function lettersAreDead({ blocks, ghost }: World): string | null {
  for (const [id, { outcomes }] of Object.entries(blocks)) {
    for (const text of outcomes) {
      const child = `${id}:${text.slice(0, -1)}`;
      if (text.endsWith('D') && !ghost.dead.includes(child)) return `${child} was given up though its turn was old`;
    }
  }
  return null;
}

/** Invariant 6: live messages and calls don't multiply; poison is what killed often enough. */
function boundsHold(cx: Context, w: World): string | null {
  if (!cx.level.countCalls) return null;
  const used = (key: keyof Budget) => (cx.level.budget[key] ?? 0) - (w.left[key] ?? 0);
  const copies = used('duplicate') + used('slow');
  const live = new Map<string, number>();
  const held = w.procs.filter((p) => !p.lapsed && !(p.kind === 'forward' && p.at === 'delete')).flatMap((p) => p.held);
  for (const message of [...w.queue, ...held]) {
    if (!message.startsWith('w:')) continue;
    const { block, slot, turn } = parseWork(message);
    if (turn < (w.blocks[block]?.registers[slot]?.turn ?? 0)) continue;
    const key = `${block}:${slot}`;
    live.set(key, (live.get(key) ?? 0) + 1);
  }
  for (const [key, count] of live) {
    if (count > 1 + copies) return `slot ${key} has ${count} live messages after ${copies} duplicates`;
  }
  const deaths = Object.values(w.ghost.deaths).reduce((sum, n) => sum + n, 0);
  const extra =
    copies +
    used('fail') +
    used('unanswered') +
    used('crash') +
    used('sweep') +
    used('pause') +
    deaths +
    w.ghost.forgotten +
    cx.level.killers.length;
  for (const [item, count] of Object.entries(w.ghost.calls)) {
    if (count > cx.level.attempts + extra) return `${item} was called ${count} times, ${extra} faults`;
    if (cx.level.killers !== '' && cx.level.answers === 'S' && extra - deaths - cx.level.killers.length === 0) {
      if (count > mostCallsBesideKiller(cx.level, item)) return `${item} was called ${count} times because of a killer`;
    }
  }
  // Each pass halves a call of it once a size at most.
  const sizes = Math.ceil(Math.log2(cx.level.itemsPerCall));
  for (const [item, count] of Object.entries(w.ghost.halvings)) {
    const passes = cx.level.attempts + extra + used('pressure') + used('back');
    if (count > sizes * passes) return `calls of ${item} were halved ${count} times`;
  }
  if (!cx.level.answers.includes('F')) {
    for (const item of failedItems(cx, w)) {
      const count = w.ghost.calls[item] ?? 0;
      if (count < cx.level.attempts) return `${item} failed after ${count} of its ${cx.level.attempts} calls`;
    }
  }
  for (const [id, { outcomes, registers }] of Object.entries(w.blocks)) {
    for (const [slot, { care }] of Object.entries(registers)) {
      if (care === 2 && !w.ghost.evidence.includes(`${id}:${slot}`))
        return `slot ${id}:${slot} is alone without evidence`;
    }
    for (const [n, , , crashes] of Object.values(registers).flatMap(({ tries }) => tries)) {
      if (crashes > (w.ghost.deaths[`${id}:${n}`] ?? 0))
        return `${id}:${n} is said to have killed ${crashes} forwarders`;
    }
    for (const text of outcomes) {
      const child = `${id}:${text.slice(0, -1)}`;
      if (text.endsWith('P') && (w.ghost.deaths[child] ?? 0) < POISON_CRASHES) return `${child} is no poison`;
    }
  }
  return null;
}

/** As usual, apart, and alone: twice if it kills. Slots of its batch are called apart before it. */
function mostCallsBesideKiller({ killers, sources, geometry }: Level, item: string): number {
  if (killers.includes(item)) return 4;
  const slotOf = (letter: string) => Math.floor((sources[0]?.[0] ?? '').indexOf(letter) / geometry.slotChildren);
  return [...killers].some((killer) => slotOf(killer) === slotOf(item)) ? 3 : 2;
}

/** Items that a page says failed of their own: neither as poison nor by the dead-letter handler. */
function failedItems(cx: Context, w: World): string[] {
  return Object.entries(w.blocks).flatMap(([id, { outcomes }]) => {
    const failed = outcomes.filter((text) => text.endsWith('F')).map((text) => Number(text.slice(0, -1)));
    if (failed.length === 0) return [];
    const pages = readChain(cx, w, sliceOf(id)).blocks.find((block) => block.id === id)?.pages ?? [];
    return failed.map((n) => lettersOf(pages)[n] ?? '');
  });
}

function childrenOf({ id, pages }: ReturnType<typeof readChain>['blocks'][number]): string[] {
  const { slice, segment } = parseSegment(segmentOf(id));
  const items = [...lettersOf(pages)];
  return items.map((item, n) => `${childId({ slice, segment, block: blockNumber(id), n })}=${item}`);
}

function compare(rows: readonly string[], children: readonly string[]): string | null {
  const found = rows.map((row) => row.slice(0, -1));
  if (found.join() !== children.join()) return `has ${found.join() || 'nothing'}, the chain has ${children.join()}`;
  const missing = rows.find((row) => row.endsWith('?'));
  return missing ? `${missing} has no outcome` : null;
}

const sliceOf = (block: string): number => Number(block.slice(0, block.indexOf('-')));
