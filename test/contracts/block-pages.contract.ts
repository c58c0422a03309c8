import { expect, test } from 'vitest';
import { END } from '../../shared/domain/chain.ts';
import type { OutcomePage } from '../../shared/domain/outcome.ts';
import { CHILD_STATUSES } from '../../shared/domain/row.ts';
import { EMPTY_BLOCK } from '../../shared/domain/sending.ts';
import {
  anOutcome,
  anOutcomePage,
  aPage,
  aRegister,
  type MakeStores,
  NOW,
  noise,
  numbers,
  RUN,
  TTL,
} from './fixtures.ts';
import { describeWith } from './suite.ts';

const AT = { slice: 2, segment: 5, block: 9 };
const place = (page: number) => ({ segment: AT.segment, block: AT.block, page });
const byId = (pages: readonly OutcomePage[]) => [...pages].sort((a, b) => (a.id < b.id ? -1 : 1));

/** The contract of {@link BlockStore}'s pages: what the chain put in, the outcomes that came out, all in one read. */
export function describeBlockPages(name: string, make: MakeStores): void {
  describeWith(
    `${name}: block store, pages`,
    make,
    (stores) => stores,
    (port) => {
      test('an unknown block holds nothing', async () => {
        expect(await port().blocks.readAll(RUN, AT)).toEqual({
          state: EMPTY_BLOCK,
          pages: [],
          outcomes: [],
        });
      });

      test('gives state, pages in order and outcomes together', async () => {
        const { blocks, chains } = port();
        const pages = numbers(12).map((i) => aPage([`item-${i}`], { first: i, endsBlock: i === 11 }));
        for (const i of [11, 2, 0, 10, 1, 9, 3, 8, 4, 7, 5, 6]) {
          const page = pages[i];
          if (page) await chains.putPage(RUN, AT.slice, place(i), page, TTL);
        }
        await blocks.addDoneAndRaise(RUN, AT, { slot: 0, done: [1], next: aRegister(1), ttl: TTL });
        await blocks.putOutcomes(RUN, AT, anOutcomePage('write-1', [anOutcome(1)]), TTL);
        expect(await blocks.readAll(RUN, AT)).toEqual({
          state: { done: new Set([1]), registers: new Map([[0, aRegister(1)]]) },
          pages,
          outcomes: [anOutcomePage('write-1', [anOutcome(1)])],
        });
      });

      test('END behind the pages is none of them', async () => {
        const { blocks, chains } = port();
        await chains.putPage(RUN, AT.slice, place(0), aPage(['a']), TTL);
        await chains.putPage(RUN, AT.slice, place(1), END, TTL);
        expect((await blocks.readAll(RUN, AT)).pages).toEqual([aPage(['a'])]);
      });

      test('outcomes of every kind read back whole', async () => {
        const { blocks } = port();
        const outcomes = [
          anOutcome(0, { result: null, ms: 0, attempts: 0 }),
          anOutcome(255, { result: '日本語 👩‍👩‍👧 \u0000"\\\u2028' }),
          anOutcome(7, { result: { $object: 'spill/key' } }),
          anOutcome(8, { result: [null, false, 1.25, {}, []] }),
          ...CHILD_STATUSES.map((status, i) => anOutcome(20 + i, { status, reason: `grund-ä-${i}`, result: null })),
        ];
        const page = anOutcomePage('x', outcomes, NOW + 17);
        await blocks.putOutcomes(RUN, AT, page, TTL);
        expect((await blocks.readAll(RUN, AT)).outcomes).toEqual([page]);
      });

      test('pages with other ids stand beside each other, also where they speak of the same child', async () => {
        const { blocks } = port();
        const pages = [
          anOutcomePage('b', [anOutcome(1, { status: 'FAILED', reason: 'timeout', result: null })]),
          anOutcomePage('a', [anOutcome(1), anOutcome(2)]),
          anOutcomePage('b-2', []),
        ];
        await Promise.all(pages.map((page) => blocks.putOutcomes(RUN, AT, page, TTL)));
        expect(byId((await blocks.readAll(RUN, AT)).outcomes)).toEqual(byId(pages));
      });

      test('the same write twice is one page', async () => {
        const { blocks } = port();
        const page = anOutcomePage('a', [anOutcome(1)]);
        await blocks.putOutcomes(RUN, AT, page, TTL);
        await blocks.putOutcomes(RUN, AT, page, TTL);
        expect((await blocks.readAll(RUN, AT)).outcomes).toEqual([page]);
      });

      test('a page of 256 outcomes of 350 bytes that do not compress reads back whole', async () => {
        const { blocks } = port();
        const page = anOutcomePage(
          'big',
          numbers(256).map((n) => anOutcome(n, { result: noise(350, n + 1) })),
        );
        await blocks.putOutcomes(RUN, AT, page, TTL);
        expect((await blocks.readAll(RUN, AT)).outcomes).toEqual([page]);
      });

      test('reads all of a block that holds more than one answer of a table carries', async () => {
        const { blocks, chains } = port();
        const inputs = numbers(10).map((i) => aPage([noise(89_000, i + 1)], { first: i }));
        for (const [i, page] of inputs.entries()) await chains.putPage(RUN, AT.slice, place(i), page, TTL);
        // 2 MB and more as text; incompressible enough to stay above 1 MB packed.
        const outputs = numbers(16).map((i) =>
          anOutcomePage(`write-${i}`, [anOutcome(i, { result: noise(89_000, 100 + i) })]),
        );
        for (const page of outputs) await blocks.putOutcomes(RUN, AT, page, TTL);
        await blocks.addDone(RUN, AT, numbers(16), TTL);
        const content = await blocks.readAll(RUN, AT);
        expect(content.state.done.size).toBe(16);
        expect(content.pages).toEqual(inputs);
        expect(byId(content.outcomes)).toEqual(byId(outputs));
      });

      test('pages of neighbouring blocks stay out', async () => {
        const { blocks, chains } = port();
        await chains.putPage(RUN, AT.slice, { ...place(0), block: 90 }, aPage(['other']), TTL);
        await blocks.putOutcomes(RUN, { ...AT, block: 90 }, anOutcomePage('o', [anOutcome(1)]), TTL);
        await blocks.addDone(RUN, { ...AT, block: 90 }, [1], TTL);
        expect((await blocks.readAll(RUN, AT)).pages).toEqual([]);
        expect((await blocks.readAll(RUN, AT)).outcomes).toEqual([]);
      });
    },
  );
}
