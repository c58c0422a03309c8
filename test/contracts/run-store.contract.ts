import { expect, test } from 'vitest';
import type { RunStore } from '../../shared/ports/run-store.ts';
import { anEnd, aRun, FRESH, type MakeStores, NOW, numbers, RUN, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

const UNTIL = NOW + 60_000;

/** The contract of {@link RunStore}: creating, planning and listing. Status and root have suites of their own. */
export function describeRunStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: run store`,
    make,
    ({ runs }) => runs,
    (port) => {
      test('creates a run that reads back whole', async () => {
        const runs = port();
        expect(await runs.read(RUN)).toBeNull();
        expect(await runs.create(aRun())).toEqual({ created: true, record: FRESH });
        expect(await runs.read(RUN)).toEqual(FRESH);
      });

      test('creating again changes nothing and gives the stored run', async () => {
        const runs = port();
        await runs.create(aRun());
        await runs.move(RUN, 'split');
        const again = await runs.create(aRun({ input: 'another', deadline: NOW + 1, limit: null }));
        expect(again).toEqual({ created: false, record: { ...FRESH, status: 'splitting' } });
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
        expect(await runs.read(RUN)).toEqual({ ...FRESH, ...run });
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

      test('reads many at once, as far as they are there', async () => {
        const runs = port();
        for (const n of [1, 2, 3]) await runs.create(aRun({ run: `run-${n}` }));
        await runs.close('run-2', 'cancelled');
        const read = await runs.readMany(['run-1', 'run-2', 'run-9']);
        expect(read.map(({ run, status }) => `${run} ${status}`).sort()).toEqual(['run-1 planned', 'run-2 closing']);
        expect(await runs.readMany([])).toEqual([]);
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
