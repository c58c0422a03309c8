import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the sweeper uses: its variables, its rights and its ports. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update', 'delete', 'query', 'batch-get', 'query-index'] },
  objects: ['get'],
  split: 'send',
  work: 'send',
  aggregate: 'send',
} as const satisfies Uses;

export type SweeperDeps = Connected<typeof USES>;
