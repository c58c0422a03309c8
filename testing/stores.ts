import { storesOn } from '../shared/adapters/dynamodb/stores-on.ts';
import type { Stores } from '../shared/ports/stores.ts';
import { MemoryTable } from './memory-table.ts';
import { Meter } from './meter.ts';

/** The deployed stores of a pipeline over a table in memory. */
export function memoryStores(meter: Meter = new Meter()): Stores {
  return storesOn(new MemoryTable(meter), 'memory');
}
