import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the links' function uses: its variables, its rights and its ports. It reads nothing itself. */
export const USES = {
  objects: ['link'],
  reportLinks: 'take',
} as const satisfies Uses;

export type ReportLinkPorts = Connected<typeof USES>;
