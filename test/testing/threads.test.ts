import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { compress, decompression } from '../../shared/storage/compress.ts';
import { MemoryHost, type SimulatedFunction } from '../../testing/memory-host.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { numbers } from '../contracts/fixtures.ts';

test('a simulation stands still for threads, also while the same invocation waits for virtual time elsewhere', async () => {
  const clock = new VirtualClock({ start: 0 });
  const host = new MemoryHost({ clock, standsStill: true });
  const at: Record<string, number> = {};
  const unpacked = async (packed: Buffer) => {
    const stream = decompression(65_536);
    stream.end(packed);
    return (await buffer(stream)).length;
  };
  const of: SimulatedFunction<null> = {
    name: 'worker',
    timeoutMs: 60_000,
    create: (process) => async () => {
      const work = async () => {
        const packed = await compress(Buffer.alloc(3_000_000));
        at.packed = clock.now();
        expect(await unpacked(packed)).toBe(3_000_000);
        at.unpacked = clock.now();
        // One that is given up holds nothing up.
        const givenUp = decompression(65_536);
        givenUp.write(packed);
        givenUp.destroy();
      };
      await Promise.all([process.waitFor(clock.sleep(500)), work()]);
    },
  };
  const done = host.invoke(of, null);
  for (const ms of numbers(1_000)) clock.after(ms, () => {});
  expect(await host.run()).toBe('idle');
  expect(await done).toMatchObject({ end: 'answered' });
  expect(at).toEqual({ packed: 0, unpacked: 0 });
});
