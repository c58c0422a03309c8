import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ObjectNotFoundError } from '../../shared/domain/errors.ts';
import type { Objects } from '../../shared/ports/objects.ts';
import { numbers } from './fixtures.ts';

export type MakeObjects = () => Promise<{ readonly objects: Objects; dispose(): Promise<void> }>;

const MIB = 1_048_576;

/** Chunks of odd sizes, each byte told by its place. */
async function* chunks(bytes: number, chunk: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes; from += chunk) yield pattern(from, Math.min(chunk, bytes - from));
}
const PATTERN = Uint8Array.from({ length: 17 * MIB + 3 }, (_, i) => (i * 2_654_435_761) >>> 24);
const pattern = (from: number, length: number) => PATTERN.subarray(from, from + length);

async function read(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of stream) parts.push(chunk);
  return Uint8Array.from(Buffer.concat(parts));
}

/** Compares megabytes without a diff of them. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  expect(Buffer.compare(actual, expected)).toBe(0);
}

/** The contract of {@link Objects}. */
export function describeObjects(name: string, make: MakeObjects): void {
  describe(`${name}: objects`, () => {
    let made: Awaited<ReturnType<MakeObjects>> | undefined;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(async () => made?.dispose());
    const port = () => {
      if (!made) throw new Error('Objects are there inside tests only.');
      return made.objects;
    };

    test('text and bytes read back, whole and as a stream', async () => {
      const objects = port();
      await objects.put('runs/a/summary.json', '{"größe":"東京"}', 'application/json');
      await objects.put('runs/a/raw', Uint8Array.of(0, 255, 128));
      expect(Buffer.from(await objects.get('runs/a/summary.json')).toString()).toBe('{"größe":"東京"}');
      expect([...(await objects.get('runs/a/raw'))]).toEqual([0, 255, 128]);
      expect([...(await read(await objects.stream('runs/a/raw')))]).toEqual([0, 255, 128]);
    });

    test('a range is the bytes from, up to and not including', async () => {
      const objects = port();
      await objects.put('digits', '0123456789');
      const get = async (from: number, to: number) => Buffer.from(await objects.get('digits', { from, to })).toString();
      expect(await get(0, 10)).toBe('0123456789');
      expect(await get(0, 1)).toBe('0');
      expect(await get(3, 7)).toBe('3456');
      expect(await get(9, 10)).toBe('9');
      expect(await get(8, 1_000)).toBe('89');
      await expect(objects.get('digit', { from: 0, to: 1 })).rejects.toBeInstanceOf(ObjectNotFoundError);
    });

    test('putting again replaces', async () => {
      const objects = port();
      await objects.put('key', 'first, longer');
      await objects.put('key', 'second');
      expect(Buffer.from(await objects.get('key')).toString()).toBe('second');
    });

    test('a copy is replaced by a newer one and by one of its own order, never by an older one', async () => {
      const objects = port();
      const copied: unknown[] = [];
      for (const [order, text] of [
        ['2', 'second'],
        ['1', 'first'],
        ['2', 'second again'],
        ['3', 'thïrd'],
      ] as const) {
        await objects.put('runs/a b/report', text);
        const copy = { to: 'latest/report', order, run: 'a', contentType: 'text/plain', disposition: 'inline' };
        copied.push(await objects.copyNewest('runs/a b/report', copy));
        copied.push(Buffer.from(await objects.get('latest/report')).toString());
      }
      expect(copied).toEqual([true, 'second', false, 'second', true, 'second again', true, 'thïrd']);
      const copy = { to: 'to', order: '1', run: 'a', contentType: 'text/plain', disposition: 'inline' };
      await expect(objects.copyNewest('nothing', copy)).rejects.toThrow();
    });

    test('an empty object is there', async () => {
      const objects = port();
      await objects.put('empty', '');
      expect((await objects.get('empty')).length).toBe(0);
      expect((await read(await objects.stream('empty'))).length).toBe(0);
      expect(await objects.putStream('empty-stream', chunks(0, 1))).toEqual({ bytes: 0 });
      expect((await objects.get('empty-stream')).length).toBe(0);
    });

    test('keys may hold what ids and paths hold', async () => {
      const objects = port();
      const keys = ['runs/nightly~2/parts/0-1/a_b-c.jsonl.gz', 'runs/nightly~2/parts/0-1/a_b-c.jsonl', 'a b+c=d&e.csv'];
      for (const key of keys) await objects.put(key, key);
      for (const key of keys) expect(Buffer.from(await objects.get(key)).toString()).toBe(key);
    });

    test('what is not there is an ObjectNotFoundError that names the key', async () => {
      const objects = port();
      await objects.put('runs/a/part', 'x');
      for (const missing of ['runs/a/par', 'runs/a/part/', 'nothing']) {
        await expect(objects.get(missing)).rejects.toBeInstanceOf(ObjectNotFoundError);
        await expect(objects.stream(missing)).rejects.toBeInstanceOf(ObjectNotFoundError);
        await expect(objects.get(missing)).rejects.toThrow(missing);
      }
    });

    test('a small stream of many chunks reads back', async () => {
      const objects = port();
      expect(await objects.putStream('small', chunks(10_000, 7), 'text/csv')).toEqual({ bytes: 10_000 });
      expectSame(await objects.get('small'), pattern(0, 10_000));
    });

    // Around and above the sizes at which an adapter may turn to parts.
    for (const bytes of [5 * MIB, 8 * MIB, 8 * MIB + 1, 17 * MIB + 3]) {
      test(`a stream of ${bytes} bytes reads back, whole and as a stream`, async () => {
        const objects = port();
        expect(await objects.putStream('large', chunks(bytes, 700_001))).toEqual({ bytes });
        const expected = pattern(0, bytes);
        expectSame(await objects.get('large'), expected);
        expectSame(await read(await objects.stream('large')), expected);
      });
    }

    // Requests are cut to a size that S3 and its emulators take, whatever is given at once.
    for (const bytes of [8 * MIB, 12 * MIB, 17 * MIB + 3]) {
      test(`${bytes} bytes given at once read back, also behind a chunk that nearly fills a part`, async () => {
        const objects = port();
        await objects.put('whole', pattern(0, bytes));
        expectSame(await objects.get('whole'), pattern(0, bytes));
        async function* two() {
          yield pattern(0, 6 * MIB);
          yield pattern(6 * MIB, bytes - 6 * MIB);
        }
        expect(await objects.putStream('two', two())).toEqual({ bytes });
        expectSame(await objects.get('two'), pattern(0, bytes));
      });
    }

    test('chunks that their writer uses again are read in time', async () => {
      const objects = port();
      const buffer = new Uint8Array(4);
      async function* reused() {
        for (const n of numbers(3)) yield buffer.fill(n + 1).slice();
      }
      await objects.putStream('reused', reused());
      expect([...(await objects.get('reused'))]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    });

    for (const bytes of [1_000, 17 * MIB]) {
      test(`a stream that breaks off behind ${bytes} bytes leaves no object`, async () => {
        const objects = port();
        async function* broken() {
          yield* chunks(bytes, MIB);
          throw new Error('source is gone');
        }
        await expect(objects.putStream('broken', broken())).rejects.toThrow('source is gone');
        await expect(objects.get('broken')).rejects.toBeInstanceOf(ObjectNotFoundError);
      });
    }

    test('a stream that breaks off leaves the object that was there', async () => {
      const objects = port();
      await objects.put('kept', 'before');
      async function* broken() {
        yield* chunks(9 * MIB, MIB);
        throw new Error('source is gone');
      }
      await expect(objects.putStream('kept', broken())).rejects.toThrow('source is gone');
      expect(Buffer.from(await objects.get('kept')).toString()).toBe('before');
    });
  });
}
