import { beginning } from '../domain/text.ts';
import type { Deps } from '../ports/deps.ts';
import type { Refusal } from '../ports/refusal-store.ts';

/** Records a message that no handler can take, with the reason. */
export async function recordRefusal(
  { stores, clock, log, metrics }: Pick<Deps, 'stores' | 'clock' | 'log' | 'metrics'>,
  refusal: Omit<Refusal, 'at'>,
): Promise<void> {
  const { messageId, queue, reason, detail } = refusal;
  log.error('A message was refused.', { messageId, queue, reason, detail });
  metrics.count('MessagesRefused', 1);
  await stores.refusals.record({ ...refusal, at: clock.now() });
}

const EXCERPT_CHARACTERS = 2_000;

/**
 * What a refusal keeps of a message's body: its beginning, with the number of its items in their place. They may be personal
 * data, and a refusal outlives what a definition's `retentionDays` promises of them.
 */
export function excerptOf(body: string): string {
  return beginning(withoutItems(body), EXCERPT_CHARACTERS);
}

function withoutItems(body: string): string {
  try {
    const value: unknown = JSON.parse(body);
    return hasItems(value) ? JSON.stringify({ ...value, items: value.items.length }) : body;
  } catch {
    return body;
  }
}

function hasItems(value: unknown): value is { readonly items: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items);
}
