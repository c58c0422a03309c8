import type { AnswerBytes } from '../../shared/calling/answer-bytes.ts';
import type { Gate } from '../../shared/calling/gate.ts';
import type { ProgressMeter } from '../../shared/flow/progress-meter.ts';
import type { Connected, Uses } from '../../shared/ports/uses.ts';

/** What the forwarder uses: its variables, its rights and its ports. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update'], 'E#': ['get', 'update'], 'R#': ['get', 'update'] },
  objects: ['get', 'put'],
  split: 'send',
  work: 'send',
  aggregate: 'send',
  endpoint: 'call',
  callbacks: 'offer',
} as const satisfies Uses;

export type ForwarderPorts = Connected<typeof USES>;

export type ForwarderDeps = ForwarderPorts & {
  readonly progress: ProgressMeter;
  readonly gate: Gate;
  readonly answers: AnswerBytes;
};
