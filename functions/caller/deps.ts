import type { AnswerBytes } from '../../shared/calling/answer-bytes.ts';
import type { Gate } from '../../shared/calling/gate.ts';
import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the caller of tasks uses: its variables, its rights and its ports. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update'], 'E#': ['get', 'update'], 'R#': ['get', 'update'] },
  objects: ['put'],
  calls: 'send',
  endpoint: 'call',
} as const satisfies Uses;

export type CallerPorts = Connected<typeof USES>;

export type CallerDeps = CallerPorts & { readonly gate: Gate; readonly answers: AnswerBytes };
