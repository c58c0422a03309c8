import * as z from 'zod';
import type { Json } from './json.ts';
import { judgeStatus, type Verdict } from './retry.ts';
import { beginning } from './text.ts';

/**
 * What became of one item of a batch, as the service says it: what its answer would have been, had the item been a call of its own.
 * Strict, so that a result which isn't where it belongs isn't lost unsaid.
 */
const outcome = z.strictObject({
  /** The child's id, as the header `Microprocess-Children` has it: all have one, or none. */
  id: z.string().optional(),
  status: z.number().int().min(200).max(599),
  result: z.custom<Json>((value) => value !== undefined).optional(),
  /** As the headers `Microprocess-Retry` and `Microprocess-Reason`. */
  retry: z.string().optional(),
  reason: z.string().optional(),
});

/** A list's part that names itself. */
const named = z.looseObject({ id: z.string() });

/** Of a place that is shown. */
const PLACE_LENGTH = 200;

/** A part of an answer that says nothing of its item, and where. */
export interface Misfit {
  readonly kind: 'misfit';
  readonly place: string;
}

export type BatchAnswer =
  /** What each child's item came to, in the order of their ids. */
  | { readonly each: readonly (Verdict | Misfit)[] }
  /** It has no outcome for each child: nothing is known of any. */
  | { readonly all: Misfit };

/**
 * Reads a batch's answer: a list with an outcome for each item, by place, or by id in any order. What is no outcome fails its item alone, as
 * the service will say it so again.
 * @param ids of the children, in the order of the list that went out
 */
export function readBatch(answer: Json, ids: readonly string[]): BatchAnswer {
  if (!Array.isArray(answer)) return { all: misfit('no list of outcomes') };
  if (answer.length !== ids.length) return { all: misfit(`${answer.length} outcomes for ${ids.length} items`) };
  const byId = new Map(answer.map((one: Json, i) => [named.safeParse(one).data?.id ?? i, one]));
  if (ids.every((id) => byId.has(id))) return { each: ids.map((id) => verdictOf(byId.get(id))) };
  if ([...byId.keys()].some((key) => typeof key === 'string')) return { all: misfit('not one outcome for each id') };
  return { each: answer.map(verdictOf) };
}

const misfit = (place: string): Misfit => ({ kind: 'misfit', place });

function verdictOf(one: unknown): Verdict | Misfit {
  const { data, error } = outcome.safeParse(one);
  if (!data) {
    const [issue] = error.issues;
    const keys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
    const place = beginning([...(issue?.path ?? []), ...keys].map(String).join('.'), PLACE_LENGTH);
    return misfit(place || 'the outcome');
  }
  const { status, result = null, retry = null, reason = null } = data;
  const body = result === null ? '' : JSON.stringify(result);
  return judgeStatus({ httpStatus: status, says: { retry, reason }, body }, () => 0) ?? { kind: 'succeeded', result };
}
