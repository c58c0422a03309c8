import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the dead-letter function uses: its variables, its rights and its ports. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update'] },
  aggregate: 'send',
} as const satisfies Uses;

export type DeadLetterDeps = Connected<typeof USES>;
