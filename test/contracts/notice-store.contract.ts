import { expect, test } from 'vitest';
import { type MakeStores, NOW, RUN, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

/** The contract of {@link NoticeStore}. */
export function describeNoticeStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: notice store`,
    make,
    ({ notices }) => notices,
    (port) => {
      test('keeps the last word of each that was told, also of one whose name is an address', async () => {
        const notices = port();
        expect(await notices.read(RUN)).toEqual({});
        const told = { outcome: 'told', detail: 'HTTP 200', at: NOW };
        const bounced = { outcome: 'bounced', detail: 'Permanent', at: NOW + 1 };
        await notices.record(RUN, 'slack', { ...told, outcome: 'failed' }, TTL);
        await notices.record(RUN, 'slack', told, TTL);
        await notices.record(RUN, 'a.b#c@example.org', bounced, TTL);
        expect(await notices.read(RUN)).toEqual({ slack: told, 'a.b#c@example.org': bounced });
        expect(await notices.read('other')).toEqual({});
      });

      test('admits so many of a kind within an hour, and the next hour anew', async () => {
        const notices = port();
        const admitted = [];
        for (let n = 0; n < 3; n++) admitted.push(await notices.admit('good', NOW, 2));
        expect(admitted).toEqual([true, true, false]);
        expect(await notices.admit('bad', NOW, 2)).toBe(true);
        expect(await notices.admit('good', NOW + 3_600_000, 2)).toBe(true);
      });
    },
  );
}
