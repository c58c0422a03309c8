import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the splitter uses: its variables, its rights and its ports. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update', 'query', 'batch-get', 'query-index'] },
  objects: ['get', 'put'],
  split: 'send',
  work: 'send',
  aggregate: 'send',
  source: 'read',
} as const satisfies Uses;

export type SplitterDeps = Connected<typeof USES>;
