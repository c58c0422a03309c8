import { expect, test } from 'vitest';
import type { SweepState } from '../../shared/ports/sweep-store.ts';
import { type MakeStores, NOW, RUN, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

const state: SweepState = { fingerprint: 'splitting|3/7|größe', since: NOW, acted: 0 };

/** The contract of {@link SweepStore}. */
export function describeSweepStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: sweep store`,
    make,
    ({ sweeps }) => sweeps,
    (port) => {
      test('remembers nothing at first, then what was written last', async () => {
        const sweeps = port();
        expect(await sweeps.read(RUN)).toBeNull();
        await sweeps.write(RUN, state, TTL);
        expect(await sweeps.read(RUN)).toEqual(state);
        const acted = { ...state, acted: 3, fingerprint: '', still: NOW - 1 };
        await sweeps.write(RUN, acted, TTL);
        expect(await sweeps.read(RUN)).toEqual(acted);
      });

      test('keeps runs apart', async () => {
        const sweeps = port();
        await sweeps.write(RUN, state, TTL);
        expect(await sweeps.read(`${RUN}~2`)).toBeNull();
      });
    },
  );
}
