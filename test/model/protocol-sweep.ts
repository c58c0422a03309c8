import { blockSize, slotsOf } from '../../shared/domain/chain.ts';
import { isBlockFull, unpackCount } from '../../shared/domain/completion.ts';
import { unpackSegment } from '../../shared/domain/ids.ts';
import { isFinal, maySend } from '../../shared/domain/run.ts';
import { missing, NEW_REGISTER, raised, sendable } from '../../shared/domain/sending.ts';
import { LINES, register } from './alphabet.ts';
import {
  addBlock,
  addSegment,
  blockOf,
  type Context,
  fromRegister,
  readChain,
  registerLine,
  rootFull,
  segmentFull,
  segmentRecord,
  send,
  toRegister,
} from './context.ts';
import { blockNumber, segmentOf, workText } from './messages.ts';
import type { Sweeper } from './processes.ts';
import { sameRegister } from './protocol-suspect.ts';
import { spawnCloser, spawnReleaser, spawnStarter, spawnSweeper } from './spawn.ts';
import { end, type Step } from './steps.ts';
import { type Checkpoint, may, type SliceRecord, spend, statusNow, type World } from './world.ts';

/**
 * What the sweeper finds to do, each an action of its own: they touch different records, so walking them in a fixed order
 * would only hide interleavings.
 */
export function sweeps(cx: Context, w: World): Step[] {
  const { run } = w;
  const found: Step[] = [];
  const add = (name: string, act: () => void) => found.push({ name: `sweep: ${name}`, run: act });
  if (run.status === 'none') return found;
  const stale = (name: string, by: string, act: () => void) => {
    if (!may(w, 'stale')) return;
    const run = () => {
      spend(w, 'stale');
      act();
    };
    found.push({ name: `sweep: ${name} by an old ${by}`, fault: true, run });
  };
  if (rootFull(cx, w)) {
    const tell = () => send(cx, w, 'f');
    if (isFinal(run.status) && run.mailClaimed) stale('tell full run', 'status', tell);
    else add('tell full run', tell);
  }
  for (const segment of Object.keys(w.segments)) {
    if (!segmentFull(cx, w, segment)) continue;
    const tell = () => send(cx, w, `g:${segment}`);
    const take = () => spawnSweeper(w, 'root', segment);
    const isFrozen = segmentRecord(w, segment).frozen !== null;
    if (isFrozen) stale('tell full segment', 'SEG', tell);
    if (isFrozen && inRoot(w, segment)) stale('take frozen segment', 'ROOT', take);
    else if (!isFinal(run.status)) {
      if (isFrozen) add('take frozen segment', take);
      else add('tell full segment', tell);
    }
  }
  if (isFinal(run.status)) return found;
  if (statusNow(w) === 'closing' && run.status !== 'closing') {
    if (cx.bug !== 'overdue run is not closed') add('close an overdue run', () => spawnCloser(w, 'expired'));
    return found;
  }
  if (run.status === 'closing') add('resume closing', () => spawnCloser(w, run.reason ?? 'cancelled', 'plan'));
  if (!maySend(run.status)) return found;
  if (run.plan === null || w.root.slices === null || run.status === 'planned') {
    for (const plan of cx.level.plans) add('start again', () => spawnStarter(w, plan, 'plan'));
    return found;
  }
  const fresh = unfinished(cx, w, ({ checkpoint }) => checkpoint);
  for (const slice of fresh.slices) add('resume slice', () => send(cx, w, `s:${slice}`));
  for (const block of fresh.blocks) add('look at block', () => spawnSweeper(w, 'read', block));
  const old = unfinished(cx, w, ({ was }) => was);
  for (const slice of old.slices) {
    if (!fresh.slices.includes(slice)) stale('resume slice', 'checkpoint', () => send(cx, w, `s:${slice}`));
  }
  return found;
}

/** What resuming a paused run does at once: whatever has no outcome is sent again. */
export function sendAgain(cx: Context, w: World): void {
  const { slices, blocks } = unfinished(cx, w, ({ checkpoint }) => checkpoint);
  for (const slice of slices) send(cx, w, `s:${slice}`);
  for (const block of blocks) spawnSweeper(w, 'read', block);
}

/** The first children did well: the flag, then every slice goes on. Once the checkpoint says that they were sent, here. */
export function judge(cx: Context, w: World): Step[] {
  const checkpoint = w.slices[0]?.checkpoint;
  if (w.run.passed || !checkpoint || !(checkpoint.ended || checkpoint.cursor >= (cx.level.canary ?? 0))) return [];
  const pass = () => {
    cx.say(() => LINES.flag('canary-passed'));
    w.run.passed = true;
    spawnReleaser(w, unfinished(cx, w, (record) => record.checkpoint).slices);
  };
  return [{ name: 'sweep: the canary passes', run: pass }];
}

/** Slices without END, by their checkpoints, and blocks that aren't known to be full. */
function unfinished(cx: Context, w: World, read: (slice: SliceRecord) => Checkpoint | null) {
  const found: { slices: number[]; blocks: string[] } = { slices: [], blocks: [] };
  for (const [slice, record] of w.slices.slice(0, w.run.plan ?? 0).entries()) {
    const checkpoint = read(record);
    if (!checkpoint?.ended) found.slices.push(slice);
    // Where nobody takes up what is sent, nothing is sent again.
    if (cx.level.workers.forward === undefined) continue;
    const counted = w.root.counted.some((packed) => unpackCount(packed).slice === slice);
    for (const { id, pages, closed } of readChain(cx, w, slice).blocks) {
      // Of a slice still being enumerated: whatever may have been sent. What isn't whole yet is its splitter's to send.
      if (!counted && !closed) continue;
      const told = w.segments[segmentOf(id)]?.done.includes(blockNumber(id)) ?? false;
      if (!(told && isBlockFull(new Set(w.blocks[id]?.done), blockSize(pages)))) found.blocks.push(id);
    }
  }
  return found;
}

/** Sends a block's missing children again: raises each slot's turn, if it is as read, then sends. */
export function sweeperSteps(cx: Context, w: World, p: Sweeper): Step[] {
  const record = blockOf(w, p.block);
  const slot = p.slots[0];
  switch (p.at) {
    case 'read':
      return [
        {
          name: 'sweep: read BLOCK',
          run: () => {
            const pages = readChain(cx, w, Number(p.block.slice(0, p.block.indexOf('-')))).blocks.find(
              ({ id }) => id === p.block,
            )?.pages;
            const done = new Set(record.done);
            cx.say(() => LINES.readAll(p.block, done));
            const size = blockSize(pages ?? []);
            if (isBlockFull(done, size)) {
              p.at = 'tell';
              return;
            }
            for (const { first, items } of (pages ?? []).flatMap(slotsOf)) {
              const known = record.registers[first];
              const missed = missing({ done, registers: new Map() }, first, items.length);
              const left = sendable(known ? toRegister(known) : NEW_REGISTER, missed);
              if (left.length > 0)
                p.slots.push([first, items.join(''), structuredClone(record.registers[first] ?? null)]);
            }
            p.at = 'raise';
          },
        },
      ];
    case 'raise': {
      const [first, items, read] = slot ?? [0, '', null];
      const stored = record.registers[first];
      const before = read ? toRegister(read) : NEW_REGISTER;
      const next = fromRegister(cx.bug === 'send again without raising' ? before : raised(before));
      const raising = register(registerLine(first, next));
      if (!sameRegister(stored, read)) {
        const lose = () => {
          cx.say(() => LINES.replace(p.block, raising, false));
          nextSlot(w, p);
        };
        return [{ name: 'sweep: turn condition failed', run: lose }];
      }
      return [
        {
          name: 'sweep: raise turn',
          run: () => {
            cx.say(() => LINES.replace(p.block, raising, true));
            if (next.turn > 0) record.registers[first] = next;
            const size = sizeOf(cx, w, p.block);
            p.out = [
              workText({ block: p.block, slot: first, items, turn: next.turn, size, receives: 0, delayed: false }),
            ];
            p.at = 'send';
          },
        },
      ];
    }
    case 'send':
      return [
        {
          name: 'sweep: send again',
          run: () => {
            send(cx, w, p.out[0] ?? '');
            p.out = [];
            nextSlot(w, p);
          },
        },
      ];
    case 'tell':
      return [
        {
          name: 'sweep: add block to segment',
          run: () => {
            if (addBlock(cx, w, p.block)) p.at = 'notify';
            else end(w, p);
          },
        },
      ];
    case 'notify':
      return [
        {
          name: 'sweep: tell segment',
          run: () => {
            send(cx, w, `g:${segmentOf(p.block)}`);
            end(w, p);
          },
        },
      ];
    case 'root':
      return [
        {
          name: 'sweep: add frozen segment to ROOT',
          run: () => {
            if (addSegment(cx, w, p.block)) p.at = 'tell run';
            else end(w, p);
          },
        },
      ];
    case 'tell run':
      return [
        {
          name: 'sweep: tell run',
          run: () => {
            send(cx, w, 'f');
            end(w, p);
          },
        },
      ];
    case 'go on':
      return [
        {
          name: 'sweep: send slice on',
          run: () => {
            send(cx, w, p.out.shift() ?? '');
            if (p.out.length === 0) end(w, p);
          },
        },
      ];
  }
}

function nextSlot(w: World, p: Sweeper): void {
  p.slots.shift();
  p.at = 'raise';
  if (p.slots.length === 0) end(w, p);
}

function sizeOf(cx: Context, w: World, block: string): number {
  const slice = Number(block.slice(0, block.indexOf('-')));
  return blockSize(readChain(cx, w, slice).blocks.find(({ id }) => id === block)?.pages ?? []);
}

function inRoot(w: World, segment: string): boolean {
  return w.root.done.some((packed) => {
    const { slice, segment: k } = unpackSegment(packed);
    return segment === `${slice}-${k}`;
  });
}
