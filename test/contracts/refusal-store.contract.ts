import { expect, test } from 'vitest';
import type { Refusal } from '../../shared/ports/refusal-store.ts';
import { type MakeStores, NOW, noise, numbers } from './fixtures.ts';
import { describeWith } from './suite.ts';

const aRefusal = (messageId: string, over: Partial<Refusal> = {}): Refusal => ({
  messageId,
  queue: 'work',
  reason: 'not-json',
  detail: 'Unexpected token „x“ at position 0',
  excerpt: noise(2_000),
  at: NOW,
  ...over,
});

/** The contract of {@link RefusalStore}. */
export function describeRefusalStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: refusal store`,
    make,
    ({ refusals }) => refusals,
    (port) => {
      test('lists nothing at first, then what was recorded, whole', async () => {
        const refusals = port();
        expect(await refusals.list(10)).toEqual([]);
        await refusals.record(aRefusal('m-1'));
        await refusals.record(aRefusal('m-2', { excerpt: '', reason: 'other-pipeline' }));
        const listed = await refusals.list(10);
        expect(listed).toHaveLength(2);
        expect(listed).toEqual(
          expect.arrayContaining([aRefusal('m-1'), aRefusal('m-2', { excerpt: '', reason: 'other-pipeline' })]),
        );
      });

      test('the same message twice is one refusal', async () => {
        const refusals = port();
        await refusals.record(aRefusal('m-1'));
        await refusals.record(aRefusal('m-1'));
        expect(await refusals.list(10)).toEqual([aRefusal('m-1')]);
      });

      test('lists at most so many, also of more than one answer of a table carries', async () => {
        const refusals = port();
        // 6 KB each, 1.2 MB together.
        const detail = noise(4_000);
        await Promise.all(numbers(200).map((i) => refusals.record(aRefusal(`m-${i}`, { detail }))));
        expect(await refusals.list(190)).toHaveLength(190);
        expect(await refusals.list(300)).toHaveLength(200);
      });

      test('lists at most so many', async () => {
        const refusals = port();
        await Promise.all(numbers(12).map((i) => refusals.record(aRefusal(`m-${i}`))));
        expect(await refusals.list(5)).toHaveLength(5);
        expect(new Set((await refusals.list(100)).map(({ messageId }) => messageId)).size).toBe(12);
      });
    },
  );
}
