import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the callbacks' function uses: its variables, its rights and its ports. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update', 'query'] },
  objects: ['put'],
  work: 'send',
  aggregate: 'send',
  callbacks: 'take',
} as const satisfies Uses;

export type CallbackPorts = Connected<typeof USES>;
