import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Source, SourcedItem, SourcedProblem, SourceFiles } from '../../shared/author/source.ts';
import { SourceDataError } from '../../shared/domain/errors.ts';
import type { Json } from '../../shared/domain/json.ts';

/** Files in memory, given in chunks of so many bytes. */
export function memoryFiles(files: Readonly<Record<string, string | Uint8Array>>, chunkBytes = 65_536): SourceFiles {
  const bytesOf = (place: string) => {
    const content = files[place];
    if (content === undefined) throw new SourceDataError(`no ${place}`);
    return typeof content === 'string' ? Buffer.from(content) : content;
  };
  return {
    look: async (place) => ({ place, version: '1', bytes: bytesOf(place).length, compressed: null }),
    async *read({ place }, from, to) {
      const bytes = bytesOf(place).subarray(0, to);
      for (let at = from; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
  };
}

/** What a source gave, which is to be an item. */
export function sourced<I>(given: SourcedItem<I> | SourcedProblem): SourcedItem<I> {
  return 'item' in given ? given : expect.fail(given.problem);
}

/** Reads all ranges of a source, each from behind a cursor. */
export async function readAll<I>(source: Source<I>, limit?: number): Promise<SourcedItem<I>[]> {
  const context = { params: {}, limit };
  const read: SourcedItem<I>[] = [];
  for (const range of (await source.plan?.(context)) ?? [null]) {
    for await (const given of source.read({ ...context, range, cursor: null })) read.push(sourced(given));
  }
  return read;
}

export async function itemsOf<I>(source: Source<I>): Promise<I[]> {
  return (await readAll(source)).map(({ item }) => item);
}

async function itemsBehind<I>(source: Source<I>, range: Json, cursor: Json): Promise<I[]> {
  const items: I[] = [];
  for await (const given of source.read({ params: {}, limit: undefined, range, cursor }))
    items.push(sourced(given).item);
  return items;
}

/**
 * What a source of a file keeps that is cut by lines: wherever it is cut, each item once and in order, and behind any cursor what follows.
 * @param make the source, whose file has so many bytes
 */
export function cutContract<I>(name: string, make: (chunkBytes: number) => Source<I>, bytes: number): void {
  const cutAt = async (source: Source<I>, places: readonly number[]) => {
    const [file = null] = (await source.plan?.({ params: {}, limit: undefined })) ?? [];
    if (typeof file !== 'object' || file === null || Array.isArray(file)) return expect.fail('it has no file');
    const bounds = [0, ...[...new Set(places)].sort((a, b) => a - b), bytes];
    return bounds.slice(1).map((to, at): Json => ({ ...file, from: bounds[at] ?? 0, to }));
  };

  test(`${name}: each item once, cut at every byte`, async () => {
    const expected = await itemsOf(make(65_536));
    for (let place = 0; place <= bytes; place++) {
      const ranges = await cutAt(make(7), [place]);
      const items = await Promise.all(ranges.map((range) => itemsBehind(make(3), range, null)));
      expect(items.flat(), `cut at byte ${place}`).toEqual(expected);
    }
  });

  test(`${name}: each item once, cut at several bytes, and read on behind any cursor`, async () => {
    const expected = await itemsOf(make(65_536));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(bytes), { maxLength: 6 }),
        fc.integer({ min: 1, max: 20 }),
        async (places, chunk) => {
          const items: I[] = [];
          for (const range of await cutAt(make(chunk), places)) {
            const context = { params: {}, limit: undefined, range };
            for await (const given of make(chunk).read({ ...context, cursor: null })) {
              const { item, cursor } = sourced(given);
              items.push(item);
              const rest = expected.slice(items.length);
              const behind = await itemsBehind(make(chunk), range, JSON.parse(JSON.stringify(cursor)));
              expect(behind).toEqual(rest.slice(0, behind.length));
            }
          }
          expect(items).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
}

/**
 * What every source keeps: each item once and in order, whatever pieces its bytes come in, and from any cursor what follows.
 * @param make the source, its bytes in chunks of this size
 */
export function sourceContract<I>(name: string, make: (chunkBytes: number) => Source<I>, expected: readonly I[]): void {
  test.each([1, 2, 3, 7, 65_536])(`${name}: each item once, in order, in chunks of %i bytes`, async (chunkBytes) => {
    expect(await itemsOf(make(chunkBytes))).toEqual(expected);
  });

  test(`${name}: goes on behind any cursor, which survives JSON`, async () => {
    const source = make(5);
    const [range = null] = (await source.plan?.({ params: {}, limit: undefined })) ?? [];
    const all = await readAll(source);
    expect(all.length).toBe(expected.length);
    for (const [place, { cursor }] of all.entries()) {
      const again: Json = JSON.parse(JSON.stringify(cursor));
      expect(await itemsBehind(make(3), range, again)).toEqual(expected.slice(place + 1));
    }
  });

  test(`${name}: plans the same again`, async () => {
    const context = { params: {}, limit: undefined };
    expect(await make(9).plan?.(context)).toEqual(await make(5).plan?.(context));
  });
}
