import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sourceFiles } from '../../../../shared/adapters/sources/source-files.ts';
import type { PinnedFile } from '../../../../shared/author/source.ts';
import { jsonl } from '../../../../shared/author/sources/jsonl.ts';
import { SourceChangedError, SourceDataError } from '../../../../shared/domain/errors.ts';
import { handedOverKey } from '../../../../shared/domain/handed-over.ts';
import { MemoryObjects } from '../../../../testing/objects.ts';
import { sourceContract } from '../../../contracts/source.contract.ts';

let folder: string;
let objects: MemoryObjects;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-files-'));
  objects = new MemoryObjects();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const here = (anyFile = false) => sourceFiles({ folder, anyFile, objects: () => objects });
const CONTENT = Buffer.from('1\n22\n"üü"\n');

async function bytesOf(file: PinnedFile, from = 0, to?: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of here(true).read(file, from, to)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Stores a content where a place says, and gives the place. */
const PLACES: Readonly<Record<string, (content: Uint8Array) => Promise<string>>> = {
  'beside the pipeline': async (content) => {
    await writeFile(join(folder, 'a.jsonl'), content);
    return './a.jsonl';
  },
  'handed over on this machine': async (content) => {
    await writeFile(join(folder, 'b.jsonl'), content);
    return pathToFileURL(join(folder, 'b.jsonl')).href;
  },
  'handed over to a stage': async (content) => {
    const place = handedOverKey({ digest: 'd'.repeat(43), bytes: content.length }, 'my file.jsonl');
    await objects.put(place, content);
    return place;
  },
};
const COMPRESSIONS = {
  none: (content: Buffer) => content,
  gzip: zlib.gzipSync,
  'gzip of two members': (content: Buffer) =>
    Buffer.concat([zlib.gzipSync(content.subarray(0, 3)), zlib.gzipSync(content.subarray(3))]),
  ...('zstdCompressSync' in zlib && { zstd: zlib.zstdCompressSync }),
};

describe.each(Object.entries(PLACES))('a file %s', (_, store) => {
  test.each(Object.entries(COMPRESSIONS))('is read from any byte on, compressed by %s', async (_, compress) => {
    const file = await here(true).look(await store(compress(CONTENT)));
    const part = (from: number, to?: number) => CONTENT.subarray(from, to).toString('latin1');
    for (let from = 0; from <= CONTENT.length; from++) {
      expect((await bytesOf(file, from)).toString('latin1')).toBe(part(from));
      for (const to of [from, from + 3, 99])
        expect((await bytesOf(file, from, to)).toString('latin1')).toBe(part(from, to));
    }
  });

  test('that is cut off within its compression says so', async () => {
    const file = await here(true).look(await store(zlib.gzipSync(CONTENT).subarray(0, 15)));
    await expect(bytesOf(file)).rejects.toThrow(SourceDataError);
  });

  test('may be empty', async () => {
    expect(await bytesOf(await here(true).look(await store(Buffer.from(''))))).toEqual(Buffer.from(''));
  });
});

test.each(['beside the pipeline', 'handed over on this machine'])(
  'a file %s that changed is refused, and so is one that was removed',
  async (name) => {
    const place = (await PLACES[name]?.(CONTENT)) ?? '';
    const path = join(folder, place.startsWith('file:') ? 'b.jsonl' : 'a.jsonl');
    const file = await here(true).look(place);
    await appendFile(path, '3\n');
    await expect(bytesOf(file)).rejects.toThrow(SourceChangedError);
    await rm(path);
    await expect(bytesOf(file)).rejects.toThrow(SourceChangedError);
  },
);

test('a file that grows behind what was read is refused before its end', async () => {
  await writeFile(join(folder, 'a.jsonl'), CONTENT);
  const file = await here().look('a.jsonl');
  const reading = async () => {
    for await (const _ of here().read(file, 0)) await appendFile(join(folder, 'a.jsonl'), '4\n');
  };
  await expect(reading()).rejects.toThrow('"a.jsonl" was changed after the run was planned');
});

test.each([
  ['in place', (path: string, content: string) => writeFile(path, content)],
  [
    'by another file',
    async (path: string, content: string) => {
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    },
  ],
])('of a file that is replaced %s while it is read, no row of the new content is given', async (_, replace) => {
  const path = join(folder, 'a.jsonl');
  const lines = (word: string) => `"${word}"\n`.repeat(60_000);
  await writeFile(path, lines('old'));
  const source = jsonl('a.jsonl').over?.(here()) ?? expect.fail();
  const context = { params: {}, limit: undefined };
  const [range = null] = (await source.plan?.(context)) ?? [];
  const given = new Set<unknown>();
  const reading = async () => {
    for await (const sourced of source.read({ ...context, range, cursor: null })) {
      if (given.size === 0) await replace(path, lines('new'));
      given.add('item' in sourced && sourced.item);
    }
  };
  await expect(reading()).rejects.toThrow(SourceChangedError);
  expect(given).toEqual(new Set(['old']));
});

test('a file beside the pipeline is the same in another folder', async () => {
  await writeFile(join(folder, 'a.jsonl'), CONTENT);
  const { version } = await here().look('a.jsonl');
  await writeFile(join(folder, 'b.jsonl'), CONTENT);
  expect((await here().look('b.jsonl')).version).toBe(version);
});

test.each([
  ['is missing', './gone.csv', 'ENOENT'],
  ['is a folder', '.', 'is no file'],
  [
    'is on the machine of a deployed function',
    pathToFileURL('/etc/hostname').href,
    'give it to the command line with --file',
  ],
])('a file that %s is refused', async (_, place, message) => {
  await expect(here().look(place)).rejects.toThrow(message);
});

describe('a source over them', () => {
  beforeEach(() => writeFile(join(folder, 'z.gz'), zlib.gzipSync(CONTENT)));
  sourceContract('compressed lines', () => jsonl('z.gz').over?.(here()) ?? expect.fail(), [1, 22, 'üü']);
});
