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

/**
 * What a refusal keeps of a message's body: the fields that say what it was about, and of all else the shape and length. Anything else may be
 * an item, personal data, and a refusal outlives what a definition's `retentionDays` promises of them.
 */
export function excerptOf(body: string): string {
  const length = `${body.length} characters`;
  try {
    const value: unknown = JSON.parse(body);
    if (Array.isArray(value)) return `A list of ${value.length}, ${length} of JSON.`;
    if (typeof value === 'object' && value !== null) return JSON.stringify(withoutItems(value));
    return `JSON of type ${value === null ? 'null' : typeof value}, ${length}.`;
  } catch {
    return `${length} that are not JSON.`;
  }
}

/** What messages say beside their items. */
const SAID = new Set([
  'v',
  'type',
  'pipeline',
  'run',
  'slice',
  'segment',
  'judges',
  'at',
  'slot',
  'turn',
  'size',
  'ttl',
]);

function withoutItems(message: object): Record<string, unknown> {
  const said: [string, unknown][] = [];
  const rest: unknown[] = [];
  for (const [name, value] of Object.entries(message))
    if (SAID.has(name) && isPlace(value)) said.push([name, value]);
    else if (name === 'items' && Array.isArray(value)) said.push([name, value.length]);
    else rest.push(value);
  if (rest.length > 0)
    said.push(['leftOut', `${rest.length} of its fields, ${JSON.stringify(rest).length} characters`]);
  return Object.fromEntries(said);
}

/** A number, a name or numbers: what an id is made of, and too little for an item beside it. */
function isPlace(value: unknown): boolean {
  if (Array.isArray(value)) return value.length <= 8 && value.every((each) => typeof each === 'number');
  if (typeof value === 'string') return /^[A-Za-z0-9_~-]{1,64}$/.test(value);
  return typeof value === 'number' || typeof value === 'boolean';
}
