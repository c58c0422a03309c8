import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Output } from '../../../shared/author/output.ts';
import { jsonLines } from '../../../shared/author/outputs/json-lines.ts';
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
