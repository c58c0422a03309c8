import * as z from 'zod';
import type { Json } from './json.ts';
import type { Verdict } from './retry.ts';
import { misfitPlace, saidOutcome, verdictOf } from './said-outcome.ts';

/** With the child's id, as the header `Microprocess-Children` has it: all have one, or none. */
const outcome = saidOutcome.extend({ id: z.string().optional() });

/** A list's part that names itself. */
const named = z.looseObject({ id: z.string() });

/** A part of an answer that says nothing of its item, and where. */
export interface Misfit {
  readonly kind: 'misfit';
  readonly place: string;
}

/** A child's outcome is among those without id, and nobody knows which it is: it is to be asked for again. */
export interface Unnamed {
  readonly kind: 'unnamed';
}

export type BatchAnswer =
  /** What each child's item came to, in the order of their ids. */
  | { readonly each: readonly (Verdict | Misfit | Unnamed)[] }
  /** It has no outcome for each child: nothing is known of any. */
  | { readonly all: Misfit };

/**
 * Reads a batch's answer: a list with an outcome for each item, by place, or by id in any order. What is no outcome fails its item alone, as
 * the service will say it so again. Where some outcomes have ids and some have none, those with ids count.
 * @param ids of the children, in the order of the list that went out
 */
export function readBatch(answer: Json, ids: readonly string[]): BatchAnswer {
  if (!Array.isArray(answer)) return { all: misfit('no list of outcomes') };
  if (answer.length !== ids.length) return { all: misfit(`${answer.length} outcomes for ${ids.length} items`) };
  const byId = new Map(answer.map((one: Json, i) => [named.safeParse(one).data?.id ?? i, one]));
  if (ids.every((id) => byId.has(id))) return { each: ids.map((id) => read(byId.get(id))) };
  const said = [...byId.keys()].filter((key) => typeof key === 'string');
  if (said.length === 0) return { each: answer.map(read) };
  if (byId.size === ids.length && said.every((id) => ids.includes(id)))
    return { each: ids.map((id) => (byId.has(id) ? read(byId.get(id)) : { kind: 'unnamed' })) };
  return { all: misfit('not one outcome for each id') };
}

const misfit = (place: string): Misfit => ({ kind: 'misfit', place });

function read(one: unknown): Verdict | Misfit {
  const { data, error } = outcome.safeParse(one);
  return data ? verdictOf(data) : misfit(misfitPlace(error) || 'the outcome');
}
