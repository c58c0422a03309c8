import { childId, parseChildId } from '../domain/ids.ts';
import type { Deps } from '../ports/deps.ts';
import { type Failure, readFailures } from './failures.ts';

/** What a page of failures is to hold. */
export interface FailuresWanted {
  /** Only those of this reason code. */
  readonly reason?: string | undefined;
  /** Only those whose id, item, reason or body has this text in it, in any case of letters. */
  readonly text?: string | undefined;
  /** An earlier page's `next`. */
  readonly behind?: string | undefined;
  readonly most: number;
  /** How long it may look, in milliseconds. What it didn't come to, the next page does. */
  readonly budgetMs: number;
}

export interface FailuresPage {
  readonly failures: readonly Failure[];
  /** Where the next page begins; null where there is no more. */
  readonly next: string | null;
}

/**
 * Some of the children that did not succeed, in the report's order. It reads as long as it may and no further: a page of a run of 19
 * million children takes no longer than one of a thousand, and says where the next one begins.
 * @throws {RunNotFoundError}
 * @throws {InputError} for a `behind` that is no page's
 */
export async function failuresPage(
  deps: Deps,
  run: string,
  { reason, text, behind, most, budgetMs }: FailuresWanted,
): Promise<FailuresPage> {
  const until = deps.clock.now() + budgetMs;
  const sought = text?.toLowerCase() ?? '';
  const failures: Failure[] = [];
  const from = behind === undefined ? undefined : parseChildId(behind);
  for await (const { at, failure } of readFailures(deps, run, { reason, behind: from })) {
    if (failure && textOf(failure).includes(sought)) failures.push(failure);
    if (failures.length === most || deps.clock.now() >= until) return { failures, next: childId(at) };
  }
  return { failures, next: null };
}

function textOf({ id, reason, item, body }: Failure): string {
  return [id, reason ?? '', JSON.stringify(item), JSON.stringify(body)].join('\n').toLowerCase();
}
