import * as z from 'zod';
import { startRun } from '../../shared/control/start.ts';
import { type WorkMessage, workMessage } from '../../shared/domain/messages.ts';
import { storedChildren } from './chain.ts';
import { slotKey } from './journal.ts';
import { chaosPipeline } from './pipeline.ts';
import { HOUR, World } from './world.ts';

export interface KillsResult {
  readonly items: number;
  readonly kills: number;
  /** Items of the source that no child, or no message, holds. */
  readonly missing: number;
  /** Items that two children hold, or two slots carry. */
  readonly twice: number;
  /** Messages beyond one per slot: sent again by whoever took the slice up, and void to a forwarder that finds them done. */
  readonly repeated: number;
  readonly virtualSeconds: number;
}

const item = z.object({ i: z.number() });

/**
 * Enumerates a source while splitters are killed so many times, at port calls that the seed chooses, before or after their
 * effect; then looks for each item in the chain and on the queue. Nothing is forwarded meanwhile.
 */
export async function splitterKills(options: {
  readonly items: number;
  readonly kills: number;
  readonly seed: number;
  readonly progress?: (kills: number) => void;
}): Promise<KillsResult> {
  const { items, seed } = options;
  let kills = 0;
  // A block takes a page and a send, ten of them a checkpoint: the kills fall all over the enumeration.
  const rate = Math.min(0.5, (1.5 * options.kills) / (2.2 * (items / 256 + 4)));
  const world = new World({
    seed,
    pipeline: chaosPipeline({ children: items, perSlice: Math.ceil(items / 4), missing: () => 0 }),
    plan:
      (random) =>
      ({ process }) => {
        if (!process.startsWith('splitter') || kills >= options.kills || !random.chance(rate)) return 'pass';
        kills += 1;
        options.progress?.(kills);
        return random.chance(0.5) ? 'crash-before' : 'crash-after';
      },
  });
  world.mappings.work.pause();
  await world.insist((deps) => startRun(deps, { runId: 'kills' }, 'cli'));
  const start = world.now();
  const counted = async () => (await world.deps.stores.runs.readCompletion('kills')).counted.size;
  for (let hour = 0; hour < 24 * 13 && (await counted()) < 4; hour++) {
    await world.host.run({ limit: start + (hour + 1) * HOUR });
  }
  const virtualSeconds = (world.now() - start) / 1_000;
  const chained = tally((await storedChildren(world.deps, 'kills')).map((child) => item.parse(child.item).i));
  const slots = new Map<string, WorkMessage>();
  let first = 0;
  for (const body of world.queues.work.bodies()) {
    const message = workMessage.parse(JSON.parse(body));
    // The sweeper sees nobody called, and sends again: that is not the splitters' doing.
    if (message.turn > 0) continue;
    first += 1;
    slots.set(slotKey('kills', message), message);
  }
  const carried = tally([...slots.values()].flatMap((message) => message.items.map((each) => item.parse(each).i)));
  const missing = Array.from({ length: items }, (_, i) => i).filter((i) => !chained.has(i) || !carried.has(i)).length;
  const twice = [chained, carried].reduce((sum, of) => sum + [...of.values()].filter((count) => count > 1).length, 0);
  return { items, kills, missing, twice, repeated: first - slots.size, virtualSeconds };
}

function tally(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
