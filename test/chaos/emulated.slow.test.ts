import { afterAll, beforeAll, expect, test } from 'vitest';
import { chaosOver, THREE_CHILDREN, WIRE_FAULTS } from './emulated/chaos-over.ts';
import { type EmulatedWorlds, startEmulatedWorlds } from './emulated/emulated-worlds.ts';
import { faultAtEach } from './every-call.ts';

/** What `emulated.test.ts` has a sample of. `crash-everywhere.slow.test.ts` has longer runs, in memory. */
let emulated: EmulatedWorlds | undefined;
beforeAll(async () => {
  emulated = await startEmulatedWorlds();
}, 30_000);
afterAll(async () => emulated?.stop());

const worlds = (): EmulatedWorlds => emulated ?? expect.unreachable('The emulators run inside tests only.');

test.each(['crash-after', 'crash-before'] as const)(
  '%s at every port call of three children',
  async (fault) => {
    const of = { ...THREE_CHILDREN, makeWorld: worlds().world };
    expect(await faultAtEach(of, fault)).toBeGreaterThan(50);
  },
  600_000,
);

test('seeds 6 to 15 over the DynamoDB, S3 and SQS adapters', async () => {
  for (let seed = 6; seed <= 15; seed++) {
    const result = await chaosOver(worlds(), seed);
    expect(result, `seed ${seed}`).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    expect(result.children).toBeGreaterThan(100);
  }
  expect([...worlds().seen.keys()].sort()).toEqual(WIRE_FAULTS);
}, 600_000);
