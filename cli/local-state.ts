import { join } from 'node:path';
import { PROJECT_DIR } from '../local/project.ts';
import { tableDefinition } from '../shared/stores/dynamodb/table.ts';

/** What runs made, a folder each. */
export const OUT_DIR = join(PROJECT_DIR, 'out');

/** A pipeline's local table, bucket and logs; it stays, so that `show` works after the run. */
export function stateDir(pipeline: string): string {
  return join(PROJECT_DIR, '.state', pipeline);
}

export const localTable = { ...tableDefinition, TableName: 'microprocess' };
