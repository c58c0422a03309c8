import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChaosResult } from './chaos.ts';
import { chaosOver, THREE_CHILDREN, WIRE_FAULTS } from './emulated/chaos-over.ts';
import { type EmulatedWorlds, startEmulatedWorlds } from './emulated/emulated-worlds.ts';
import { faultAtEach } from './every-call.ts';

/**
 * A sample of the chaos over the adapters that are deployed: what the table, the bucket and the queues do is not simulated
 * here. Messages are sent, received, deleted, hidden, delayed and buried by an SQS emulator over its wire.
 *
 * Simulated is time: the emulator takes it from the world's clock. So are Lambda, its pollers (which ask when a message may
 * have become visible) and the service; and, as no emulator does it by itself, what SQS does to whoever sends: messages there
 * twice, out of order or late, batches refused in part, answers lost below the SDK's retries. Chance comes from the seed;
 * ids that the adapters and emulators make don't. `emulated.slow.test.ts` has more seeds, and a crash at every port call.
 */
let emulated: EmulatedWorlds | undefined;
beforeAll(async () => {
  emulated = await startEmulatedWorlds();
}, 30_000);
afterAll(async () => emulated?.stop());

const worlds = (): EmulatedWorlds => emulated ?? expect.unreachable('The emulators run inside tests only.');
const results = new Map<number, ChaosResult>();

test.each([1, 2, 3, 4, 5])(
  'seed %i over the DynamoDB, S3 and SQS adapters',
  async (seed) => {
    const result = await chaosOver(worlds(), seed);
    results.set(seed, result);
    expect(result).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    expect(result.children).toBeGreaterThan(100);
  },
  60_000,
);

test('the wire did its worst', () => {
  // Without it they would prove less.
  expect([...worlds().seen.keys()].sort()).toEqual(WIRE_FAULTS);
});

test('a seed takes the same course again', async () => {
  const [first] = results.keys();
  const seed = first ?? expect.unreachable('No seed took its course.');
  // But for how long it takes: a forwarder reads its gate beside its calls, and the emulators answer in whatever order.
  expect(await chaosOver(worlds(), seed)).toEqual({ ...results.get(seed), tookMs: expect.any(Number) });
}, 60_000);

test.each([
  ['crash-after', 5],
  ['crash-before', 10],
] as const)(
  '%s at each %ith port call of three children',
  async (fault, step) => {
    const of = { ...THREE_CHILDREN, makeWorld: worlds().world };
    expect(await faultAtEach(of, fault, { step })).toBeGreaterThan(50 / step);
  },
  60_000,
);
