import { expect, test } from 'vitest';
import type { Act } from '../../shared/ports/act-store.ts';
import { type MakeStores, NOW, RUN } from './fixtures.ts';
import { describeWith } from './suite.ts';

const anAct = (over: Partial<Act> = {}): Act => ({
  at: NOW,
  act: 'cancel',
  by: 'arn:aws:iam::123456789012:user/operator',
  run: RUN,
  detail: '',
  ...over,
});

/** The contract of {@link ActStore}. */
export function describeActStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: act store`,
    make,
    ({ acts }) => acts,
    (port) => {
      test('lists what was recorded, newest first, also two of one millisecond', async () => {
        const acts = port();
        expect(await acts.list(10)).toEqual([]);
        await acts.record(anAct(), 'a');
        await acts.record(
          anAct({ at: NOW + 9_000_000_000, act: 'limits', run: null, detail: '50 calls a second' }),
          'b',
        );
        await acts.record(anAct({ act: 'resume' }), 'c');
        expect((await acts.list(10)).map(({ act }) => act)).toEqual(['limits', 'resume', 'cancel']);
        expect(await acts.list(1)).toEqual([
          anAct({ at: NOW + 9_000_000_000, act: 'limits', run: null, detail: '50 calls a second' }),
        ]);
      });
    },
  );
}
