import { afterAll, beforeAll, expect, test } from 'vitest';
import { chaosRun } from './chaos.ts';
import { type EmulatedWorlds, startEmulatedWorlds } from './emulated/emulated-worlds.ts';

/**
 * A sample of the chaos over the adapters that are deployed: what the table, the bucket and the queues do is not simulated
 * here. Messages are sent, received, deleted, hidden, delayed and buried by an SQS emulator over its wire.
 *
 * Simulated is time: the emulator takes it from the world's clock. So are Lambda, its pollers (which ask when a message may
 * have become visible) and the service; and, as no emulator does it by itself, what SQS does to whoever sends: messages there
 * twice, out of order or late, batches refused in part, answers lost below the SDK's retries. Chance comes from the seed;
 * ids that the adapters and emulators make don't.
 */
let emulated: EmulatedWorlds | undefined;
beforeAll(async () => {
  emulated = await startEmulatedWorlds();
}, 30_000);
afterAll(async () => emulated?.stop());

const worlds = (): EmulatedWorlds => emulated ?? expect.unreachable('The emulators run inside tests only.');
const run = (seed: number) =>
  chaosRun(seed, 200, (options) => worlds().world(options, { refused: 0.05, late: 0.1, lostAnswers: 0.03 }));

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'seed %i over the DynamoDB, S3 and SQS adapters',
  async (seed) => {
    const result = await run(seed);
    expect(result).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    expect(result.children).toBeGreaterThan(100);
  },
  60_000,
);

test('the wire did its worst', () => {
  // Without it they would prove less.
  expect([...worlds().seen.keys()].sort()).toEqual(['duplicates', 'late', 'lostAnswers', 'refused']);
});

test('a seed takes the same course again', async () => {
  expect(await run(1)).toEqual(await run(1));
}, 60_000);
