import { type Call, LISTED_STATES } from '../domain/call.ts';
import { ObjectNotFoundError } from '../domain/errors.ts';
import { isPointer } from '../domain/held.ts';
import { mentions, type Wanted } from '../domain/mentions.ts';
import type { CallStore } from '../ports/call-store.ts';
import type { ObjectReader } from '../ports/objects.ts';
import { release } from '../storage/spill.ts';

/** What tasks keep of an item. */
export interface TaskTraces {
  /** Those that have ended, which can be made to forget it. */
  readonly ended: readonly Call[];
  /** Ids of those that wait for it, or call the service with it. */
  readonly unended: readonly string[];
}

interface Used {
  readonly calls: CallStore;
  readonly objects: ObjectReader;
}

const PAGE = 100;

/** Looks for texts in ids, items and results of all tasks. */
export async function tasksMentioning({ calls, objects }: Used, wanted: Wanted): Promise<TaskTraces> {
  const ended: Call[] = [];
  const unended: string[] = [];
  for (const state of LISTED_STATES) {
    let after: string | undefined;
    do {
      const page = await calls.list({ state, after, limit: PAGE });
      for (const call of page.calls) {
        if (!(await mentionsIt(objects, call, wanted))) continue;
        if (call.outcome) ended.push(call);
        else unended.push(call.id);
      }
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
  return { ended, unended };
}

async function mentionsIt(objects: ObjectReader, { id, item, outcome }: Call, wanted: Wanted): Promise<boolean> {
  if (mentions([id, item], wanted)) return true;
  const result = outcome?.result ?? null;
  if (!isPointer(result)) return mentions(result, wanted);
  try {
    return mentions(await release(objects, result), wanted);
  } catch (error) {
    // Objects go by age; what is gone mentions nothing.
    if (error instanceof ObjectNotFoundError) return false;
    throw error;
  }
}
