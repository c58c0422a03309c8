import type { Refusal } from '../ports/refusal-store.ts';
import type { Deps } from './deps.ts';

/** Keeps a message that nobody can take, with the reason. */
export async function recordRefusal(
  { stores, clock, log, metrics }: Pick<Deps, 'stores' | 'clock' | 'log' | 'metrics'>,
  refusal: Omit<Refusal, 'at'>,
): Promise<void> {
  const { messageId, queue, reason, detail } = refusal;
  log.error('A message was refused.', { messageId, queue, reason, detail });
  metrics.count('MessagesRefused', 1);
  await stores.refusals.record({ ...refusal, at: clock.now() });
}
