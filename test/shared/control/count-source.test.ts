import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Source } from '../../../shared/author/source.ts';
import { csv } from '../../../shared/author/sources/csv.ts';
import { jsonl } from '../../../shared/author/sources/jsonl.ts';
import { countSource } from '../../../shared/control/count-source.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { memoryFiles } from '../../contracts/source.contract.ts';
import { HandClock } from '../support.ts';

const ROWS = 20_000;
const random = new SeededRandom(13);
/** Rows of 0.2 to 2 KB, 22 MB in all. */
const NAMES = Array.from({ length: ROWS }, () => 'x'.repeat(200 + Math.floor(random.next() * 1_800)));
const FILES = {
  'rows.jsonl': Buffer.from(NAMES.map((name, n) => `${JSON.stringify({ n, name })}\n`).join('')),
  'rows.csv': Buffer.from(['n,name', ...NAMES.map((name, n) => `${n},"${name}\n"`)].join('\r\n')),
};

/** Counts a source of one of the files, and the bytes that are read for it. */
async function counted<I>(source: Source<I>, limit?: number) {
  let bytes = 0;
  const files = memoryFiles(FILES);
  const over = source.over?.({
    ...files,
    async *read(...asked) {
      for await (const chunk of files.read(...asked)) {
        bytes += chunk.length;
        yield chunk;
      }
    },
  });
  if (!over?.plan) return expect.fail('it reads files');
  const context = { params: {}, limit };
  const result = await countSource(over, context, await over.plan(context), { clock: new HandClock(), budgetMs: 1 });
  return { ...result, bytes };
}

describe('a large file', () => {
  const row = z.object({ n: z.int(), name: z.string() });
  test.each<[string, Source<unknown>, number]>([
    ['of JSON Lines', jsonl('rows.jsonl'), ROWS],
    ['of which some records are wanted', jsonl('rows.jsonl', { schema: row, where: ({ n }) => n % 7 === 0 }), ROWS / 7],
  ])('%s is estimated from parts all over it, and says how far that may be off', async (_, source, real) => {
    const { children, complete, estimate, sample, bytes } = await counted(source);
    const off = Math.abs(children - real) / real;
    expect(complete).toBe(true);
    expect(estimate?.plusMinusPercent).toBeLessThan(5);
    expect(off * 100).toBeLessThan(estimate?.plusMinusPercent ?? 0);
    expect(estimate?.readPercent).toBeCloseTo((100 * 4 * 1_048_576) / FILES['rows.jsonl'].length, 3);
    expect(bytes).toBeLessThan(8 * 1_048_576);
    expect(sample).toHaveLength(256);
  });

  test('that is read from its beginning alone is estimated from that, and does not say how sure it is', async () => {
    const { children, estimate, bytes } = await counted(csv('rows.csv'));
    expect(Math.abs(children - ROWS) / ROWS).toBeLessThan(0.02);
    expect(estimate).toMatchObject({ plusMinusPercent: null });
    expect(bytes).toBeLessThan(5 * 1_048_576);
  });

  test('of which a run takes few items is read to there', async () => {
    expect(await counted(jsonl('rows.jsonl'), 1_000)).toMatchObject({
      children: 1_000,
      complete: true,
      estimate: null,
    });
    expect(await counted(jsonl('rows.jsonl'), 70_000)).toMatchObject({
      complete: true,
      estimate: { readPercent: expect.any(Number) },
    });
  });
});

test('what knows no size is counted for as long as there is time, and then says that there are more', async () => {
  const clock = new HandClock();
  const endless: Source<number> = {
    async *read() {
      for (let n = 0; ; n++) {
        clock.pass(1);
        yield { item: n, cursor: n };
      }
    },
  };
  const result = await countSource(endless, { params: {}, limit: undefined }, [null], { clock, budgetMs: 15_000 });
  expect(result).toMatchObject({ children: 20_000, complete: false, estimate: null });
});
