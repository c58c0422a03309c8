import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the rounds over tasks use: their variables, their rights and their ports. */
export const USES = {
  table: { 'P#': ['get', 'update', 'query-index'] },
  calls: 'send',
} as const satisfies Uses;

export type RoundsDeps = Connected<typeof USES>;
