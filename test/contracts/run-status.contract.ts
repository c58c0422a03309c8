import { expect, test } from 'vitest';
import { FINAL_STATUSES, isFinal, RUN_STATUSES, type RunStatus, TRANSITIONS } from '../../shared/domain/run.ts';
import type { RunStore } from '../../shared/ports/run-store.ts';
import { anEnd, aRun, FRESH, type MakeStores, NOW, numbers, RUN } from './fixtures.ts';
import { describeWith } from './suite.ts';

const UNTIL = NOW + 60_000;

/** How a run gets into each status, by the port's own methods. */
const REACH: Record<RunStatus, (runs: RunStore) => Promise<unknown>> = {
  planned: async () => undefined,
  splitting: (runs) => runs.move(RUN, 'split'),
  running: async (runs) => {
    await runs.move(RUN, 'split');
    await runs.move(RUN, 'counted');
  },
  paused: async (runs) => {
    await runs.move(RUN, 'split');
    await runs.move(RUN, 'pause');
  },
  closing: (runs) => runs.close(RUN, 'cancelled'),
  finishing: (runs) => runs.leaseFinish(RUN, 'a', NOW, UNTIL),
  succeeded: (runs) => end(runs, 'succeeded'),
  'succeeded-with-failures': (runs) => end(runs, 'succeeded-with-failures'),
  failed: (runs) => end(runs, 'failed'),
  cancelled: (runs) => end(runs, 'cancelled'),
  expired: (runs) => end(runs, 'expired'),
};

async function end(runs: RunStore, status: (typeof FINAL_STATUSES)[number]): Promise<void> {
  await runs.leaseFinish(RUN, 'a', NOW, UNTIL);
  expect(await runs.finish(RUN, 'a', anEnd({ status }))).toBe(true);
}

async function at(runs: RunStore, status: RunStatus): Promise<void> {
  await runs.create(aRun());
  await REACH[status](runs);
  expect((await runs.read(RUN))?.status).toBe(status);
}

/** The contract of {@link RunStore}: transitions, the finish and the mail. */
export function describeRunStatus(name: string, make: MakeStores): void {
  describeWith(
    `${name}: run store, status`,
    make,
    ({ runs }) => runs,
    (port) => {
      for (const transition of ['split', 'counted', 'pause', 'resume'] as const) {
        const { from, to } = TRANSITIONS[transition];
        const starts: readonly RunStatus[] = from;
        test(`moves by ${transition} from ${starts.join(', ')} alone`, async () => {
          for (const status of RUN_STATUSES) {
            const { stores, dispose } = await make();
            await at(stores.runs, status);
            const before = await stores.runs.read(RUN);
            const moved = await stores.runs.move(RUN, transition);
            const after = await stores.runs.read(RUN);
            if (starts.includes(status)) {
              expect(moved, status).toEqual({ ...before, status: to });
              expect(after).toEqual(moved);
            } else {
              expect(moved, status).toBeNull();
              expect(after).toEqual(before);
            }
            await dispose();
          }
        });
      }

      test(`closes from ${TRANSITIONS.close.from.join(', ')} alone, and the first reason stays`, async () => {
        const starts: readonly RunStatus[] = TRANSITIONS.close.from;
        for (const status of RUN_STATUSES) {
          const { stores, dispose } = await make();
          await at(stores.runs, status);
          const before = await stores.runs.read(RUN);
          const closed = await stores.runs.close(RUN, 'expired');
          expect(closed, status).toEqual(
            starts.includes(status) ? { ...before, status: 'closing', closed: 'expired' } : null,
          );
          expect(await stores.runs.read(RUN)).toEqual(closed ?? before);
          await dispose();
        }
      });

      test('flags are said until the finish begins, and what was said then stays', async () => {
        for (const status of RUN_STATUSES) {
          const { stores, dispose } = await make();
          await at(stores.runs, status);
          await stores.runs.flag(RUN, 'cut');
          await stores.runs.flag(RUN, 'cut');
          const isOver = status === 'finishing' || isFinal(status);
          expect((await stores.runs.read(RUN))?.flags, status).toEqual(isOver ? [] : ['cut']);
          await dispose();
        }
      });

      test('what a run failed by is kept; by default nothing', async () => {
        const runs = port();
        const failure = { reason: 'reduce-failed', detail: 'merge(): TypeError at merge (index.ts:20:17)' };
        await runs.create(aRun());
        expect(await runs.read(RUN)).toMatchObject({ failure: null });
        await runs.leaseFinish(RUN, 'a', NOW, UNTIL);
        expect(await runs.finish(RUN, 'a', anEnd({ status: 'failed', failure }))).toBe(true);
        expect(await runs.read(RUN)).toMatchObject({ status: 'failed', failure });
      });

      test('an unknown run is moved, closed, leased, ended and claimed by nobody', async () => {
        const runs = port();
        expect(await runs.move(RUN, 'split')).toBeNull();
        expect(await runs.close(RUN, 'cancelled')).toBeNull();
        await runs.flag(RUN, 'cut');
        expect(await runs.leaseFinish(RUN, 'a', NOW, UNTIL)).toBeNull();
        expect(await runs.finish(RUN, 'a', anEnd())).toBe(false);
        expect(await runs.claimMail(RUN)).toBe(false);
        await runs.recordMail(RUN, 'sent');
        expect(await runs.read(RUN)).toBeNull();
        expect(await runs.list({ limit: 10 })).toEqual([]);
      });

      test('the finish lease is taken from every status that is not final', async () => {
        for (const status of RUN_STATUSES) {
          const { stores, dispose } = await make();
          await at(stores.runs, status);
          const before = await stores.runs.read(RUN);
          const isFinal = FINAL_STATUSES.some((final) => final === status);
          const leased = await stores.runs.leaseFinish(RUN, 'b', UNTIL + 1, UNTIL + 2);
          expect(leased, status).toEqual(
            isFinal ? null : { ...before, status: 'finishing', finishers: expect.any(Number) },
          );
          expect(await stores.runs.read(RUN)).toEqual(isFinal ? before : { ...before, status: 'finishing' });
          await dispose();
        }
      });

      test('a finish counts who took its lease and did not give it back', async () => {
        const runs = port();
        await runs.create(aRun());
        for (const finishers of [1, 2]) {
          const at = NOW + finishers * 60_000;
          expect((await runs.leaseFinish(RUN, `dead-${finishers}`, at, at + 1))?.finishers).toBe(finishers);
        }
        const later = NOW + 600_000;
        expect((await runs.leaseFinish(RUN, 'alive', later, later + 1_000))?.finishers).toBe(3);
        await runs.leaseFinish(RUN, 'alive', later, 0);
        expect((await runs.leaseFinish(RUN, 'next', later, later + 1_000))?.finishers).toBe(3);
      });

      test('a live finish lease keeps others out, its holder renews it, an expired one passes on', async () => {
        const runs = port();
        await runs.create(aRun());
        expect(await runs.leaseFinish(RUN, 'a', NOW, UNTIL)).toMatchObject({ status: 'finishing', finishers: 1 });
        expect(await runs.leaseFinish(RUN, 'b', NOW + 1, UNTIL + 1)).toBeNull();
        expect(await runs.leaseFinish(RUN, 'a', UNTIL - 1, UNTIL + 1_000)).not.toBeNull();
        expect(await runs.leaseFinish(RUN, 'b', UNTIL + 1, UNTIL + 2_000)).toBeNull();
        expect(await runs.leaseFinish(RUN, 'b', UNTIL + 1_001, UNTIL + 2_000)).not.toBeNull();
        expect(await runs.leaseFinish(RUN, 'a', UNTIL + 1_002, UNTIL + 3_000)).toBeNull();
      });

      test('of twenty that lease the finish at once exactly one gets it', async () => {
        const runs = port();
        await runs.create(aRun());
        const leases = await Promise.all(numbers(20).map((i) => runs.leaseFinish(RUN, `owner-${i}`, NOW, UNTIL)));
        expect(leases.filter((lease) => lease !== null)).toHaveLength(1);
      });

      test('only the holder ends the run, also one whose lease has run out but was not taken', async () => {
        const runs = port();
        await runs.create(aRun());
        expect(await runs.finish(RUN, 'a', anEnd())).toBe(false);
        await runs.leaseFinish(RUN, 'a', NOW, UNTIL);
        expect(await runs.finish(RUN, 'b', anEnd())).toBe(false);
        expect((await runs.read(RUN))?.status).toBe('finishing');
        expect(await runs.finish(RUN, 'a', anEnd())).toBe(true);
        const ended = await runs.read(RUN);
        expect(ended).toEqual({ ...FRESH, ...anEnd() });
      });

      test('a holder whose lease another took ends nothing', async () => {
        const runs = port();
        await runs.create(aRun());
        await runs.leaseFinish(RUN, 'a', NOW, UNTIL);
        await runs.leaseFinish(RUN, 'b', UNTIL + 1, UNTIL + 60_000);
        expect(await runs.finish(RUN, 'a', anEnd({ status: 'failed' }))).toBe(false);
        expect(await runs.finish(RUN, 'b', anEnd({ status: 'succeeded' }))).toBe(true);
        expect((await runs.read(RUN))?.status).toBe('succeeded');
      });

      test('an ended run stays as it is', async () => {
        const runs = port();
        await at(runs, 'succeeded');
        const ended = await runs.read(RUN);
        expect(await runs.finish(RUN, 'b', anEnd({ status: 'failed' }))).toBe(false);
        await runs.finish(RUN, 'a', anEnd({ status: 'failed' }));
        expect(await runs.leaseFinish(RUN, 'a', UNTIL + 1, UNTIL + 2)).toBeNull();
        expect(await runs.read(RUN)).toEqual(ended);
      });

      test('closing survives the finish', async () => {
        const runs = port();
        await runs.create(aRun());
        await runs.close(RUN, 'cancelled');
        expect(await runs.leaseFinish(RUN, 'a', NOW, UNTIL)).toEqual({
          finishers: 1,
          ...FRESH,
          status: 'finishing',
          closed: 'cancelled',
        });
      });

      test('of twenty that claim the mail at once exactly one gets it, and nobody later', async () => {
        const runs = port();
        await at(runs, 'finishing');
        const claims = await Promise.all(numbers(20).map(() => runs.claimMail(RUN)));
        expect(claims.filter(Boolean)).toHaveLength(1);
        expect((await runs.read(RUN))?.mail).toBe('sending');
        for (const state of ['sent', 'ambiguous', 'refused', 'off'] as const) {
          await runs.recordMail(RUN, state);
          expect((await runs.read(RUN))?.mail).toBe(state);
          expect(await runs.claimMail(RUN)).toBe(false);
        }
      });

      test('the mail can be claimed once the run has ended', async () => {
        const runs = port();
        await at(runs, 'failed');
        expect(await runs.claimMail(RUN)).toBe(true);
        expect((await runs.read(RUN))?.status).toBe('failed');
      });
    },
  );
}
