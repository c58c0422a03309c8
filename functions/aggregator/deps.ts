import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the aggregator uses: its variables, its rights and its ports. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update', 'query', 'batch-get', 'query-index'] },
  objects: ['get', 'put', 'put-stream', 'copy'],
  aggregate: 'send',
  mail: 'send',
  reportLinks: 'offer',
  channels: 'tell',
  events: 'put',
  reduce: 'digest',
  outputs: 'include',
} as const satisfies Uses;

export type AggregatorDeps = Connected<typeof USES>;
