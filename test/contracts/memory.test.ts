import type { Json } from '../../shared/domain/json.ts';
import { Faults } from '../../testing/faults.ts';
import { MemoryMailer } from '../../testing/mailer.ts';
import { MemoryQueue } from '../../testing/memory-queue.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { Meter } from '../../testing/meter.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { memoryStores } from '../../testing/stores.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { describeCallStore } from './call-store.contract.ts';
import { describeGateStore } from './gate-store.contract.ts';
import { describeItemTable } from './item-table.contract.ts';
import { describeMailer } from './mailer.contract.ts';
import { describeObjects } from './objects.contract.ts';
import { describeQueue, VISIBILITY_SECONDS } from './queue.contract.ts';
import { describeStores } from './stores.contract.ts';

const dispose = async () => {};

describeStores('memory', async () => ({ stores: memoryStores(), dispose }));
// The decorator must not change what a port does while nothing fails.
describeStores('memory behind faults', async () => ({
  stores: new Faults().process('p').wrapStores(memoryStores()),
  dispose,
}));
describeItemTable(
  'memory',
  () => new MemoryTable(),
  () => 'P#memory',
);
describeCallStore(
  'memory',
  () => new MemoryTable(),
  () => 'memory',
);
describeGateStore(
  'memory',
  () => new MemoryTable(),
  () => 'gate',
);
describeObjects('memory', async () => ({ objects: new MemoryObjects(), dispose }));
describeMailer('memory', async () => {
  const mailer = new MemoryMailer();
  return { mailer, sent: async () => mailer.sent, dispose };
});

for (const random of [undefined, new SeededRandom(7)]) {
  describeQueue(random ? 'memory, disordered' : 'memory', async () => {
    const clock = new VirtualClock();
    const meter = new Meter();
    const queue = new MemoryQueue<Json>({
      name: 'work',
      clock,
      meter,
      visibilitySeconds: VISIBILITY_SECONDS,
      ...(random && { random }),
    });
    return {
      queue,
      async receive() {
        const all = [];
        for (let some = queue.receive(10); some.length > 0; some = queue.receive(10)) all.push(...some);
        return all;
      },
      pass: (seconds) => clock.advance(seconds * 1_000),
      sendRequests: () => meter.requests.get('queue.work.send') ?? 0,
      dispose,
    };
  });
}
