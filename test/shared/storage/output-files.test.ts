import { gunzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import type { Output } from '../../../shared/author/output.ts';
import { jsonLines } from '../../../shared/author/outputs/json-lines.ts';
import { mergeFiles } from '../../../shared/author/outputs/merge-files.ts';
import { parquet } from '../../../shared/author/outputs/parquet.ts';
import { type ParquetType, parquetValue } from '../../../shared/author/outputs/parquet-types.ts';
import type { PinnedFile, SourceFiles } from '../../../shared/author/source.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { overFiles } from '../../../shared/author/sources/over-files.ts';
import { OutputError, SourceDataError } from '../../../shared/domain/errors.ts';
import type { Row } from '../../../shared/domain/row.ts';
import { OutputFiles } from '../../../shared/storage/output-files.ts';
import { MemoryObjects } from '../../../testing/objects.ts';

const asIs = <T>(task: () => T): T => task();

function row(n: number, country: string): Row {
  const item = { n, country, text: 'x'.repeat(100) };
  const child = { id: `0-0.0.${n}`, item, result: null, excerpt: null, attempts: 1, ms: 1, at: 0 };
  return n % 10 === 9
    ? { ...child, status: 'FAILED', reason: 'http-500' }
    : { ...child, status: 'SUCCEEDED', reason: null };
}

const rows = Array.from({ length: 300 }, (_, n) => row(n, ['AU', 'FR', 'AU'][n % 3] ?? ''));

/** What was stored, by key, and the numbers of its rows. */
async function written(output: Output, limits: ConstructorParameters<typeof OutputFiles>[4]) {
  const objects = new MemoryObjects();
  const files = new OutputFiles(objects, output, 'run/outputs/rows', 'rows', limits);
  for (let i = 0; i < rows.length; i += 50) await files.add(rows.slice(i, i + 50), asIs);
  await files.close(asIs);
  const stored = await files.store();
  expect(objects.keys()).toEqual(stored.map(({ key }) => key));
  const numbers = new Map<string, number[]>();
  for (const { key, rows: count, bytes } of stored) {
    const content = await objects.get(key);
    expect(content.length).toBe(bytes);
    const lines = gunzipSync(content).toString().trimEnd().split('\n');
    expect(lines).toHaveLength(count);
    numbers.set(
      key,
      lines.map((line) => JSON.parse(line).n),
    );
  }
  return numbers;
}

const succeeded = (country?: string) =>
  rows.flatMap(({ status, item }, n) =>
    status === 'SUCCEEDED' && (country === undefined || JSON.stringify(item).includes(country)) ? [n] : [],
  );

test('where files hold more than they may, the largest is stored and its folder gets another', async () => {
  const output = jsonLines({ columns: ['n', 'text'], gzip: true, partitionBy: 'country' });
  const numbers = await written(output, { heldBytes: 8_000, partitions: 2 });
  const of = (country: string) => [...numbers].filter(([key]) => key.includes(`country=${country}/`));
  expect(of('AU').length).toBeGreaterThan(1);
  for (const country of ['AU', 'FR']) expect(of(country).flatMap(([, found]) => found)).toEqual(succeeded(country));
  expect(numbers.keys()).toContain('run/outputs/rows/country=AU/0.jsonl.gz');
});

test('a file that is alone streams, whatever its size, and is one', async () => {
  const numbers = await written(jsonLines({ columns: ['n', 'text'], gzip: true }), { heldBytes: 10, partitions: 1 });
  expect([...numbers]).toEqual([['run/outputs/rows/rows.jsonl.gz', succeeded()]]);
});

test('more folders than there may be, and a file that does not begin, are told', async () => {
  const limits = { heldBytes: 1_000_000, partitions: 1 };
  await expect(written(jsonLines({ partitionBy: 'country' }), limits)).rejects.toThrow('more than 1 partitions');
  const open = () => {
    throw new TypeError('secret');
  };
  const broken = written({ extension: 'txt', contentType: 'text/plain', open }, limits);
  await expect(broken).rejects.toThrow(/^outputs\.rows: open\(\): TypeError/);
});

test('what is broken off leaves no file', async () => {
  const objects = new MemoryObjects();
  const files = new OutputFiles(objects, jsonLines(), 'run/outputs/rows', 'rows');
  await files.add(rows, asIs);
  await files.abort(new Error('broken off'));
  expect(objects.keys()).toEqual([]);
});

const FILES = new Map([
  ['s3://scans/out/1.txt', ['one, in ', 'pieces']],
  ['s3://scans/out/2.txt', ['ends in the separator\n']],
  ['s3://scans/out/3.txt', ['']],
  ['s3://scans/secret.txt', ['not below']],
]);

/** A file merged of these answers. */
async function merged(answers: readonly string[], change: Partial<SourceFiles> = {}) {
  const look = async (place: string): Promise<PinnedFile> => {
    if (!FILES.has(place)) throw new SourceDataError(`${place} isn't there, or may not be read.`);
    return { place, version: '1', bytes: 1, compressed: null };
  };
  async function* read({ place }: PinnedFile) {
    for (const piece of FILES.get(place) ?? []) yield Buffer.from(piece);
  }
  const output = mergeFiles({ files: 's3://scans/out/', header: '#\n' });
  const { outputs } = overFiles({ source: list((): number[] => []), outputs: { output } }, () => ({
    look,
    read,
    ...change,
  }));
  const objects = new MemoryObjects();
  const files = new OutputFiles(objects, outputs.output ?? output, 'run/outputs/m', 'm');
  await files.add(
    answers.map((result, n): Row => ({ ...row(n, 'AU'), status: 'SUCCEEDED', reason: null, result, excerpt: null })),
    asIs,
  );
  await files.close(asIs);
  await files.store();
  return Buffer.from(await objects.get('run/outputs/m/m.txt')).toString();
}

test('a file that a service put on S3 stands where its answer stood, between those before and behind it', async () => {
  const answers = [
    'text',
    's3://scans/out/1.txt',
    's3://scans/out/2.txt',
    's3://scans/out/3.txt',
    'more',
    's3://scans/out/1.txt',
  ];
  expect(await merged(answers)).toBe('#\ntext\none, in pieces\nends in the separator\nmore\none, in pieces\n');
  // What isn't below the prefix is a text like any other: an answer can't name another file.
  expect(await merged(['s3://scans/secret.txt'])).toBe('#\ns3://scans/secret.txt\n');
});

test('a file that is gone or was changed fails the output, and a store that is away does not', async () => {
  const gone = new OutputError(`outputs.m: the file of child 0-0.0.1 isn't there, may not be read or has changed`);
  await expect(merged(['text', 's3://scans/out/4.txt'])).rejects.toEqual(gone);
  const away = async () => {
    throw new Error('S3 is away.');
  };
  await expect(merged(['s3://scans/out/1.txt'], { look: away })).rejects.toThrow('S3 is away.');
});

/** Writes rows with these answers. */
async function write(output: Output, answers: readonly unknown[], unsuccessful: readonly Row[] = []) {
  const objects = new MemoryObjects();
  const files = new OutputFiles(objects, output, 'run/outputs/o', 'o');
  const succeeded = answers.map(
    (result, n): Row => ({ ...row(n, 'AU'), status: 'SUCCEEDED', reason: null, result, excerpt: null }),
  );
  await files.add([...succeeded, ...unsuccessful], asIs);
  await files.close(asIs);
  const [stored] = await files.store();
  return Buffer.from(await objects.get(stored?.key ?? '')).toString();
}

test('merging takes texts, and says which child has none', async () => {
  for (const [answer, what] of [
    [{ csv: 7 }, 'a number in "csv"'],
    [{ cvs: '1,2' }, 'undefined in "csv"'],
    [{ csv: null }, 'null in "csv"'],
  ] as const)
    await expect(write(mergeFiles({ of: 'csv' }), [{ csv: '' }, answer])).rejects.toEqual(
      new OutputError(`child 0-0.0.1 has ${what}, and mergeFiles merges texts`),
    );
  await expect(write(mergeFiles({ files: 's3://scans/out/' }), [{ csv: '1' }])).rejects.toThrow(
    'child 0-0.0.0 has an object as its result',
  );
  const all = mergeFiles({ rows: 'all', of: 'csv' });
  expect(await write(all, [{ csv: '' }, { csv: '1,2' }], [row(9, 'AU')])).toBe('1,2\n');
});

test.each<[ParquetType, unknown, string | bigint | undefined]>([
  ['timestamp', '2026-02-28', '2026-02-28T00:00:00.000Z'],
  ['timestamp', '2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['timestamp', '2026-01-01T09:30', '2026-01-01T09:30:00.000Z'],
  ['timestamp', '2026-01-01 09:30:10.123456', '2026-01-01T09:30:10.123Z'],
  ['timestamp', '2026-01-01T01:30:10.5+05:30', '2025-12-31T20:00:10.500Z'],
  ['timestamp', '2026-01-01t09:30:10z', '2026-01-01T09:30:10.000Z'],
  ['timestamp', '0050-01-01', '0050-01-01T00:00:00.000Z'],
  ...['2026-02-30', '2026-02-29T00:00Z', '2026-13-01', '2026-00-10', '2026-01-00', '2026-01-32'].map(notATime),
  ...['2026-01-01 PST', '2026-01-01 (anything)', '2026-01-01Z', '2026-01-01T24:00', '2026-01-01T09', ''].map(notATime),
  ...['2026-01-01T09:30:60Z', '2026-01-01T09:30+25:00', '2026-01-01T09:30+0100', '2026-01-01T09:30\n'].map(notATime),
  ['integer', 2 ** 53, 2n ** 53n],
  ['integer', -(2 ** 63), -(2n ** 63n)],
  ['integer', '9223372036854775807', 2n ** 63n - 1n],
  ['integer', 2 ** 63, undefined],
  ['integer', '9223372036854775808', undefined],
  ['integer', 1.5, undefined],
  ['integer', Number.NaN, undefined],
  ['integer', '1e3', undefined],
  ['integer', true, undefined],
])('a column of type %s takes %s as %s', (type, value, expected) => {
  vi.stubEnv('TZ', 'Asia/Tokyo');
  try {
    expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(-540);
    const taken = parquetValue(type, value);
    expect(taken instanceof Date ? taken.toISOString() : taken).toBe(expected);
  } finally {
    vi.unstubAllEnvs();
  }
});

function notATime(text: string): [ParquetType, string, undefined] {
  return ['timestamp', text, undefined];
}

test('a value that a column of Parquet or a folder cannot hold is refused with child, column and why', async () => {
  for (const [type, value, told] of [
    ['string', 7, 'a number in column "v", which is of type string: it takes texts: make one with { type, of:'],
    ['integer', 2 ** 64, 'a number in column "v", which is of type integer: it takes whole numbers from -2^63'],
    ['timestamp', '2026-02-30', 'a string in column "v", which is of type timestamp: it takes milliseconds,'],
  ] as const)
    await expect(write(parquet({ columns: { v: type } }), [{ v: value }])).rejects.toThrow(`child 0-0.0.0 has ${told}`);
  await expect(write(jsonLines({ partitionBy: 'v' }), [{ v: 'a\uD800' }])).rejects.toEqual(
    new OutputError(
      'child 0-0.0.0 has half of a surrogate pair, which has no encoding, in "v", which names its folder',
    ),
  );
});
