import type { Outgoing, Queue } from '../../shared/ports/queue.ts';
import type { Stores } from '../../shared/ports/stores.ts';
import { spy } from '../../testing/spy.ts';
import { add, type Journal, slotKey } from './journal.ts';

/** A queue whose sends are written down as they take effect. */
export function spiedQueue(queue: Queue<unknown>, journal: Journal): Queue<unknown> {
  return {
    async send(messages: readonly Outgoing<unknown>[]) {
      journal.sent(messages);
      await queue.send(messages);
    },
    waiting: () => queue.waiting(),
    isLongerThan: (messages) => queue.isLongerThan(messages),
    retryIn: (handle, seconds) => queue.retryIn(handle, seconds),
  };
}

/** Stores that write down that a run was closed, that a slot was sent again without a call, that a slice was taken up. */
export function spiedStores(stores: Stores, process: string, journal: Journal): Stores {
  const { blocks, chains, runs, segments } = stores;
  return {
    ...stores,
    runs: spy(runs, {
      async close(run, ...why) {
        const closed = await runs.close(run, ...why);
        if (closed) journal.closed.add(run);
        return closed;
      },
    }),
    blocks: spy(blocks, {
      async addDoneAndRaise(run, ref, write) {
        const written = await blocks.addDoneAndRaise(run, ref, write);
        if (written.raised) {
          const at = [ref.slice, ref.segment, ref.block];
          journal.counted(run, ref, write.next);
          journal.raised.set(slotKey(run, { at, slot: write.slot }), write.next.turn);
          // A sweeper makes no calls: it ended waits, while others of the slot may be called.
          if (process.startsWith('sweeper'))
            journal.resent(slotKey(run, { at, slot: write.slot }), write.next.turn - 1);
        }
        return written;
      },
      async replaceRegister(run, ref, write) {
        const replaced = await blocks.replaceRegister(run, ref, write);
        const at = [ref.slice, ref.segment, ref.block];
        if (replaced && write.next.turn > write.read.turn) {
          journal.resent(slotKey(run, { at, slot: write.slot }), write.read.turn);
        }
        return replaced;
      },
    }),
    segments: spy(segments, {
      async freeze(run, ref, frozen, late) {
        const stored = await segments.freeze(run, ref, frozen, late);
        if (stored) journal.froze(`${run}/${ref.slice}-${ref.segment}`, stored.part);
        return stored;
      },
    }),
    chains: spy(chains, {
      async lease(run, slice, lease) {
        if (process.startsWith('splitter') && lease.until > lease.now) add(journal.splits, `${run}/${slice}`);
        return chains.lease(run, slice, lease);
      },
    }),
  };
}
