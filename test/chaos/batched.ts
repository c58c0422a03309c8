import { readJson } from '../../shared/domain/json.ts';
import type { CallResult } from '../../shared/domain/retry.ts';
import type { Behaviour } from './service.ts';

/** An item of a batch, and what a call of its own would come to. */
export interface BatchItem {
  readonly i: number;
  readonly behaviour: Behaviour;
}

/**
 * What a batch comes to: death and silence are everybody's; what has no answer that can be read is the whole call's; of the others every
 * second says what is wrong with it in its own outcome, and every other takes the whole call with it.
 */
export function batched(items: readonly BatchItem[]): Behaviour {
  const behaviours = items.map(({ behaviour }) => behaviour);
  const fatal = behaviours.find(({ kind }) => kind === 'kill') ?? behaviours.find(({ kind }) => kind === 'hang');
  if (fatal) return fatal;
  const ms = Math.max(...behaviours.map((one) => (one.kind === 'result' ? one.result.ms : 0)));
  const outcomes: object[] = [];
  for (const { i, behaviour } of items) {
    if (behaviour.kind !== 'result') continue;
    const outcome = outcomeOf(behaviour.result, i);
    if (outcome === null) return { kind: 'result', result: { ...behaviour.result, ms } };
    outcomes.push(outcome);
  }
  const body = JSON.stringify(outcomes);
  return { kind: 'result', result: { kind: 'answer', httpStatus: 200, body, isJson: true, retryAfter: null, ms } };
}

/** An item's outcome; null where the whole call fails of it. */
function outcomeOf(result: CallResult, i: number): object | null {
  if (result.kind === 'failure') return null;
  const { httpStatus: status, body, retryAfter } = result;
  const read = readJson(body);
  if (status < 300) return 'value' in read ? { status, result: read.value } : null;
  if (i % 2 === 1) return null;
  return { status, result: body, ...(retryAfter !== null && { retry: `after=${retryAfter}` }) };
}
