import { describe, expect, test } from 'vitest';
import type { Source } from '../../../../shared/author/source.ts';
import { type JsonOptions, json } from '../../../../shared/author/sources/json.ts';
import { SourceChangedError, SourceMissingError } from '../../../../shared/domain/errors.ts';
import type { Json } from '../../../../shared/domain/json.ts';
import { itemsOf, memoryFiles, readAll, sourceContract } from '../../../contracts/source.contract.ts';

const CONTEXT = { params: {}, limit: undefined };

/** So many documents below a prefix, numbered from 1. What `stored` gets or loses later is seen by the source. */
function below(count: number, options: JsonOptions<Json> = {}, chunkBytes?: number) {
  const keyOf = (n: number) => `2026/${String(n).padStart(5, '0')}.json`;
  const stored = new Map(Array.from({ length: count }, (_, n) => [keyOf(n + 1), '"1"']));
  const contents = [...stored.keys()].map((key, n) => [`s3://invoices/${key}`, JSON.stringify({ n: n + 1 }, null, 2)]);
  const files = memoryFiles(Object.fromEntries(contents), chunkBytes);
  const source =
    json('s3://invoices/2026/', { document: true, ...options }).over?.({
      ...files,
      async look(place) {
        const version = stored.get(place.slice('s3://invoices/'.length));
        if (version === undefined) throw new SourceMissingError(`no ${place}`);
        return { ...(await files.look(place)), version };
      },
      async *list(_, after) {
        for (const [key, etag] of stored)
          if (after === null || key > after) yield { bucket: 'invoices', key, bytes: 1, etag };
      },
    }) ?? expect.fail();
  return { source, stored, keyOf };
}

const rangesOf = async (source: Source<Json>) => (await source.plan?.(CONTEXT)) ?? [];

describe('documents below a prefix', () => {
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => ({ n: n + 1 }));
  sourceContract('a few', (chunk) => below(20, {}, chunk).source, numbers(20));

  test('are cut into slices of a block each, and of more where there would be too many', async () => {
    const { source } = below(600);
    expect(await rangesOf(source)).toHaveLength(3);
    expect(await itemsOf(source)).toEqual(numbers(600));
    expect(source.count?.(await rangesOf(source))).toBe(600);
  });

  test('are not counted where some may be left out', () => {
    expect(below(3, { onBadRow: 'skip' }).source.count).toBeUndefined();
    expect(below(3, { where: () => true }).source.count).toBeUndefined();
  });

  test.each<[string, (stored: Map<string, string>, keyOf: (n: number) => string) => void]>([
    ['changed', (stored, keyOf) => stored.set(keyOf(7), '"2"')],
    ['removed', (stored, keyOf) => stored.delete(keyOf(7))],
    ['added among them', (stored, keyOf) => stored.set(`${keyOf(6)}.new`, '"1"')],
  ])('close the run where one is %s behind the plan', async (_, change) => {
    const { source, stored, keyOf } = below(20);
    const [range = null] = await rangesOf(source);
    change(stored, keyOf);
    await expect(readAll({ read: source.read, plan: async () => [range] })).rejects.toThrow(SourceChangedError);
  });

  test('close the run where one is removed while others are read', async () => {
    const { source, stored, keyOf } = below(20);
    const [range = null] = await rangesOf(source);
    const reading = async () => {
      for await (const _ of source.read({ ...CONTEXT, range, cursor: null })) stored.delete(keyOf(15));
    };
    await expect(reading()).rejects.toThrow(SourceChangedError);
  });

  test('that come behind the last one are none of the run', async () => {
    const { source, stored, keyOf } = below(3);
    const [range = null] = await rangesOf(source);
    stored.set(keyOf(4), '"1"');
    const items: Json[] = [];
    for await (const sourced of source.read({ ...CONTEXT, range, cursor: null }))
      items.push('item' in sourced && sourced.item);
    expect(items).toEqual(numbers(3));
  });

  test('are estimated from some of each of some slices', async () => {
    const { source } = below(9_000);
    const ranges = await rangesOf(source);
    const { parts = [], share = 0 } = source.sample?.({ ...CONTEXT, ranges }) ?? {};
    expect(parts).toHaveLength(16);
    const counted = (await readAll({ read: source.read, plan: async () => parts })).length;
    expect(counted).toBe(64);
    expect(counted / share).toBeCloseTo(9_000);
    expect(below(20).source.sample?.({ ...CONTEXT, ranges: await rangesOf(below(20).source) })).toBeNull();
  });

  test('a prefix without any is an error', async () => {
    await expect(rangesOf(below(0).source)).rejects.toThrow('"s3://invoices/2026/" has no objects.');
  });

  test('a file that is handed over is one document', async () => {
    const { source } = below(2);
    const plan = await source.plan?.({ ...CONTEXT, file: 's3://invoices/2026/00002.json' });
    expect(await readAll({ read: source.read, plan: async () => plan ?? [] })).toMatchObject([{ item: { n: 2 } }]);
  });
});
