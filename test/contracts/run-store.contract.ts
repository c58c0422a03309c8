import { expect, test } from 'vitest';
import { FINAL_STATUSES, RUN_STATUSES, type RunStatus, TRANSITIONS } from '../../shared/domain/run.ts';
import type { RunRecord, RunStore } from '../../shared/ports/run-store.ts';
import { anEnd, aRun, type MakeStores, NOW, numbers, RUN, TTL } from './fixtures.ts';
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

/** The contract of {@link RunStore}, but for roots: those have a suite of their own. */
export function describeRunStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: run store`,
    make,
    ({ runs }) => runs,
    (port) => {
      const fresh: RunRecord = {
        ...aRun(),
        status: 'planned',
        closed: null,
        endedAt: null,
        counts: null,
        summary: null,
        mail: null,
      };

      test('creates a run that reads back whole', async () => {
        const runs = port();
        expect(await runs.read(RUN)).toBeNull();
        expect(await runs.create(aRun())).toEqual({ created: true, record: fresh });
        expect(await runs.read(RUN)).toEqual(fresh);
      });

      test('creating again changes nothing and gives the stored run', async () => {
        const runs = port();
        await runs.create(aRun());
        await runs.move(RUN, 'split');
        const again = await runs.create(aRun({ input: 'another', deadline: NOW + 1, limit: null }));
        expect(again).toEqual({ created: false, record: { ...fresh, status: 'splitting' } });
        expect(await runs.read(RUN)).toEqual(again.record);
      });

      test('of twenty that create at once exactly one does, and all get its run', async () => {
        const runs = port();
        const made = await Promise.all(numbers(20).map((i) => runs.create(aRun({ input: `input-${i}` }))));
        expect(made.filter(({ created }) => created)).toHaveLength(1);
        expect(new Set(made.map(({ record }) => record.input)).size).toBe(1);
      });

      test('keeps a null limit and scalar parameters', async () => {
        const runs = port();
        const run = aRun({ limit: null, params: 'naïve' });
        await runs.create(run);
        expect(await runs.read(RUN)).toEqual({ ...fresh, ...run });
      });

      test('the first plan stays', async () => {
        const runs = port();
        await runs.create(aRun());
        expect(await runs.readPlan(RUN)).toBeNull();
        expect(
          await runs.plan(
            RUN,
            [
              [0, 10],
              [10, 20],
            ],
            TTL,
          ),
        ).toEqual([
          [0, 10],
          [10, 20],
        ]);
        expect(await runs.plan(RUN, [['other']], TTL)).toEqual([
          [0, 10],
          [10, 20],
        ]);
        expect(await runs.readPlan(RUN)).toEqual([
          [0, 10],
          [10, 20],
        ]);
      });

      test('an empty plan is a plan', async () => {
        const runs = port();
        await runs.create(aRun());
        expect(await runs.plan(RUN, [], TTL)).toEqual([]);
        expect(await runs.plan(RUN, [1], TTL)).toEqual([]);
        expect(await runs.readPlan(RUN)).toEqual([]);
      });

      test('a plan may have a thousand parts', async () => {
        const runs = port();
        await runs.create(aRun());
        const parts = numbers(1_000).map((i) => ({
          from: i * 19_000,
          to: (i + 1) * 19_000,
          key: `s3://Ünïcode/${i}.csv`,
        }));
        await runs.plan(RUN, parts, TTL);
        expect(await runs.readPlan(RUN)).toEqual(parts);
      });

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

      test('an unknown run is moved, closed, leased, ended and claimed by nobody', async () => {
        const runs = port();
        expect(await runs.move(RUN, 'split')).toBeNull();
        expect(await runs.close(RUN, 'cancelled')).toBeNull();
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
          expect(leased, status).toEqual(isFinal ? null : { ...before, status: 'finishing' });
          expect(await stores.runs.read(RUN)).toEqual(leased ?? before);
          await dispose();
        }
      });

      test('a live finish lease keeps others out, its holder renews it, an expired one passes on', async () => {
        const runs = port();
        await runs.create(aRun());
        expect((await runs.leaseFinish(RUN, 'a', NOW, UNTIL))?.status).toBe('finishing');
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
        expect(ended).toEqual({ ...fresh, ...anEnd() });
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
          ...fresh,
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

      test('lists newest first, at most so many', async () => {
        const runs = port();
        expect(await runs.list({ limit: 5 })).toEqual([]);
        for (const i of [3, 1, 4, 2, 0]) await runs.create(aRun({ run: `run-${i}`, startedAt: NOW + i }));
        expect((await runs.list({ limit: 5 })).map(({ run }) => run)).toEqual([
          'run-4',
          'run-3',
          'run-2',
          'run-1',
          'run-0',
        ]);
        expect((await runs.list({ limit: 2 })).map(({ run }) => run)).toEqual(['run-4', 'run-3']);
      });

      test('lists ended and active runs in one order, or the active alone', async () => {
        const runs = port();
        for (const i of numbers(6)) {
          const run = `run-${i}`;
          await runs.create(aRun({ run, startedAt: NOW + i * 1_000 }));
          if (i % 2 === 0) continue;
          await runs.leaseFinish(run, 'a', NOW, UNTIL);
          await runs.finish(run, 'a', anEnd());
        }
        expect((await runs.list({ limit: 10 })).map(({ run }) => run)).toEqual([
          'run-5',
          'run-4',
          'run-3',
          'run-2',
          'run-1',
          'run-0',
        ]);
        expect((await runs.list({ limit: 3 })).map(({ run }) => run)).toEqual(['run-5', 'run-4', 'run-3']);
        const active = await runs.list({ limit: 10, activeOnly: true });
        expect(active.map(({ run }) => run)).toEqual(['run-4', 'run-2', 'run-0']);
        expect((await runs.list({ limit: 2, activeOnly: true })).map(({ run }) => run)).toEqual(['run-4', 'run-2']);
        expect(active[0]).toEqual(await runs.read('run-4'));
      });

      test('paused, closing and finishing runs are active', async () => {
        const runs = port();
        for (const [i, run] of ['paused', 'closing', 'finishing'].entries()) {
          await runs.create(aRun({ run, startedAt: NOW + i }));
        }
        await runs.move('paused', 'split');
        await runs.move('paused', 'pause');
        await runs.close('closing', 'expired');
        await runs.leaseFinish('finishing', 'a', NOW, UNTIL);
        const active = await runs.list({ limit: 10, activeOnly: true });
        expect(active.map(({ status }) => status)).toEqual(['finishing', 'closing', 'paused']);
      });

      test('lists more runs than one answer of a table carries', async () => {
        const runs = port();
        await Promise.all(numbers(120).map((i) => runs.create(aRun({ run: `run-${i}`, startedAt: NOW + i }))));
        const listed = await runs.list({ limit: 110 });
        expect(listed.map(({ run }) => run)).toEqual(numbers(110).map((i) => `run-${119 - i}`));
      });

      test('a redrive has a run of its own', async () => {
        const runs = port();
        await runs.create(aRun());
        expect(await runs.read(`${RUN}~2`)).toBeNull();
        const { created } = await runs.create(aRun({ run: `${RUN}~2`, trigger: 'redrive' }));
        expect(created).toBe(true);
        await runs.close(`${RUN}~2`, 'cancelled');
        expect((await runs.read(RUN))?.status).toBe('planned');
      });
    },
  );
}
