import { type Call, callDelaySeconds } from '../domain/call.ts';
import type { CallMessage } from '../domain/call-message.ts';
import { WRITES } from '../domain/format.ts';
import { SIZES } from '../domain/limits.ts';
import type { Process, Senders } from '../ports/deps.ts';
import type { Outgoing } from '../ports/queue.ts';

/** What sends calls. */
export interface SendDeps extends Pick<Process, 'clock'> {
  readonly pipeline: { readonly name: string };
  readonly queues: Senders<'calls'>;
}

/** Sends calls under their turns, those that are due in one second together. */
export async function sendCalls(
  { clock, pipeline, queues }: SendDeps,
  calls: readonly Pick<Call, 'id' | 'turn' | 'due'>[],
): Promise<void> {
  const now = clock.now();
  const byDelay = new Map<number, [id: string, turn: number, due: number][]>();
  for (const { id, turn, due } of calls) {
    const delay = callDelaySeconds(due, now);
    const together = byDelay.get(delay) ?? [];
    byDelay.set(delay, together);
    together.push([id, turn, due]);
  }
  const messages: Outgoing<CallMessage>[] = [];
  for (const [delaySeconds, together] of byDelay) {
    for (let i = 0; i < together.length; i += SIZES.slotChildren) {
      const pairs = together.slice(i, i + SIZES.slotChildren);
      messages.push({ message: { v: WRITES, pipeline: pipeline.name, type: 'calls', calls: pairs }, delaySeconds });
    }
  }
  if (messages.length > 0) await queues.calls.send(messages);
}
