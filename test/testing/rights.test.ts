import { describe, expect, test } from 'vitest';
import { storesOn } from '../../shared/adapters/dynamodb/stores-on.ts';
import type { Uses } from '../../shared/ports/uses.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { AccessDeniedError, objectsWithRights, tableWithRights } from '../../testing/rights.ts';
import { testPipeline } from '../shared/support.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const pipeline = testPipeline();
/** The stores of a pipeline's records, for a function of `squares`, or of the platform where it is absent. */
const stores = (uses: Uses, of = pipeline.name, own: typeof pipeline | undefined = pipeline) =>
  storesOn(tableWithRights(new MemoryTable(), uses, own), of);

describe('a table', () => {
  test.each([
    ['get', { 'P#': ['get'] }],
    ['get, of endpoints alone', { 'E#': ['get', 'update', 'query', 'query-index', 'batch-get', 'put'] }],
    ['update', { 'P#': ['update'] }],
  ] as const)('does what is declared, and nothing else: %s', async (_, table) => {
    const { runs, blocks, chains } = stores({ table });
    const rights: readonly string[] = 'P#' in table ? table['P#'] : [];
    const does: [string, () => Promise<unknown>][] = [
      ['get', () => runs.read('r')],
      ['update', () => blocks.addDone('r', BLOCK, [1], 2_000_000_000)],
      ['query', () => blocks.readAll('r', BLOCK)],
      ['query-index', () => runs.list({ limit: 1 })],
      ['batch-get', () => chains.readCheckpoints('r', [0])],
    ];
    for (const [right, call] of does) {
      if (rights.includes(right)) await call();
      else await expect(call(), right).rejects.toThrow(AccessDeniedError);
    }
  });

  test("keeps another pipeline's items, also one whose name only begins alike", async () => {
    const uses = { table: { 'P#': ['get'] } } as const;
    await expect(stores(uses, 'squares').runs.read('r')).resolves.toBeNull();
    await expect(stores(uses, 'squares2').runs.read('r')).rejects.toThrow('The right to get P#squares2#r');
  });

  test('gives a function of the platform any of them', async () => {
    const table = tableWithRights(new MemoryTable(), { table: { 'P#': ['get'] } });
    await expect(storesOn(table, 'squares2').runs.read('r')).resolves.toBeNull();
    await expect(table.get({ pk: 'E#scores', sk: 'E' })).rejects.toThrow(AccessDeniedError);
  });
});

test('objects do what is declared, and nothing else', async () => {
  const objects = objectsWithRights(new MemoryObjects(), { objects: ['put'] });
  await objects.put('key', 'text');
  await expect(objects.get('key')).rejects.toThrow(AccessDeniedError);
  await expect(objects.link('key', 60)).rejects.toThrow(AccessDeniedError);
  await expect(objects.stream('key')).rejects.toThrow(AccessDeniedError);
  await expect(objects.putStream('key', (async function* () {})())).rejects.toThrow(AccessDeniedError);
});
