import { type Keys, keysOf } from '../../shared/adapters/dynamodb/keys.ts';
import type { Place } from '../../shared/domain/layout.ts';
import type { ChainStore, Checkpoint } from '../../shared/ports/chain-store.ts';
import type { Stores } from '../../shared/ports/stores.ts';
import { Meter } from '../../testing/meter.ts';
import { memoryStores } from '../../testing/stores/index.ts';
import { CompactBlocks } from './compact-blocks.ts';
import type { Ledger } from './ledger.ts';

/** Stores of a run of any length: what is small is in memory, blocks are {@link CompactBlocks}. Every write is in the ledger. */
export function scaleStores(pipeline: string, ledger: Ledger): { stores: Stores; blocks: CompactBlocks } {
  const keys = keysOf(pipeline);
  const meter = new Meter();
  const { runs, segments, progress, refusals, sweeps } = memoryStores(meter);
  const blocks = new CompactBlocks(ledger, keys);
  const before = { units: 0 };
  /** Puts what the memory store has metered since the last call down to a key. */
  const booked = async <T>(key: (of: Keys) => { pk: string }, call: Promise<T>): Promise<T> => {
    const result = await call;
    const units = meter.writeUnits - before.units;
    before.units = meter.writeUnits;
    // Of a small item one unit is all that is known; of a larger one its size to the next kilobyte.
    if (units > 0) ledger.write(key(keys).pk, units === 1 ? 200 : (units - 1) * 1_024);
    return result;
  };
  const ofRun = (run: string) => (of: Keys) => of.run(run);
  const stores: Stores = {
    refusals,
    sweeps,
    progress: {
      bump: (run, shard, ...rest) => booked((of) => of.progress(run, shard), progress.bump(run, shard, ...rest)),
      read: (run) => progress.read(run),
    },
    runs: over(runs, {
      create: (run) => booked(ofRun(run.run), runs.create(run)),
      plan: (run, ...rest) => booked(ofRun(run), runs.plan(run, ...rest)),
      move: (run, ...rest) => booked(ofRun(run), runs.move(run, ...rest)),
      leaseFinish: (run, ...rest) => booked(ofRun(run), runs.leaseFinish(run, ...rest)),
      finish: (run, ...rest) => booked(ofRun(run), runs.finish(run, ...rest)),
      claimMail: (run) => booked(ofRun(run), runs.claimMail(run)),
      recordMail: (run, ...rest) => booked(ofRun(run), runs.recordMail(run, ...rest)),
      openRoot: (run, ...rest) => booked(ofRun(run), runs.openRoot(run, ...rest)),
      countSlice: (run, ...rest) => booked(ofRun(run), runs.countSlice(run, ...rest)),
      addSegment: (run, ...rest) => booked(ofRun(run), runs.addSegment(run, ...rest)),
    }),
    segments: {
      read: (run, ref) => segments.read(run, ref),
      addBlock: (run, ref, ttl) => booked((of) => of.segment(run, ref), segments.addBlock(run, ref, ttl)),
      setSize: (run, ref, ...rest) => booked((of) => of.segment(run, ref), segments.setSize(run, ref, ...rest)),
      async freeze(run, ref, frozen) {
        const stored = await booked((of) => of.segment(run, ref), segments.freeze(run, ref, frozen));
        blocks.forget(run, ref);
        return stored;
      },
    },
    blocks,
    chains: chainStore(blocks, ledger, keys),
  };
  return { stores, blocks };
}

/** The same object with some methods replaced; the others keep their `this`. */
function over<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(object, key) {
      const own: unknown = Reflect.get(methods, key);
      const method: unknown = own ?? Reflect.get(object, key);
      return own === undefined && typeof method === 'function' ? method.bind(object) : method;
    },
  });
}

/** One splitter per slice: its lease is always free. */
function chainStore(blocks: CompactBlocks, ledger: Ledger, keys: Keys): ChainStore {
  const checkpoints = new Map<string, Checkpoint>();
  const sliceKey = (run: string, slice: number) => keys.slice(run, slice).pk;
  const ref = (slice: number, { segment, block }: Place) => ({ slice, segment, block });
  return {
    putPage: async (run, slice, place, page) => blocks.putPage(run, ref(slice, place), place, page),
    readPage: async (run, slice, place) => blocks.readPage(run, ref(slice, place), place),
    async lease(run, slice) {
      ledger.write(sliceKey(run, slice), 200);
      return { checkpoint: checkpoints.get(sliceKey(run, slice)) ?? null, attempts: 1 };
    },
    async release(run, slice) {
      ledger.write(sliceKey(run, slice), 200);
    },
    async checkpoint(run, slice, checkpoint) {
      ledger.write(sliceKey(run, slice), 300);
      checkpoints.set(sliceKey(run, slice), checkpoint);
    },
    readCheckpoints: async (run, slices) => slices.map((slice) => checkpoints.get(sliceKey(run, slice)) ?? null),
  };
}
