import type { MappedCall } from '../../shared/calling/map-call.ts';
import { requestOf } from '../../shared/calling/request-of.ts';
import { type Held, isUnread } from '../../shared/domain/held.ts';
import { childId } from '../../shared/domain/ids.ts';
import type { Json } from '../../shared/domain/json.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import { firstRunOf, parseRedrivenItem } from '../../shared/domain/redrive.ts';
import type { Tries } from '../../shared/domain/sending.ts';
import type { Child, ChildResult } from '../../shared/flow/child-result.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { release } from '../../shared/storage/spill.ts';
import type { ForwarderDeps } from './deps.ts';

/** A child with its call, or how it ended without one. */
export type ChildRequest =
  | { readonly child: Child; readonly request: MappedCall }
  | { readonly child: Child; readonly ended: ChildResult };

/** Reads a child's item, and makes its call of that. */
export async function childRequest(
  deps: ForwarderDeps,
  message: WorkMessage,
  n: number,
  before: Tries,
  run: RunRecord,
): Promise<ChildRequest> {
  const held = message.items[n - message.slot];
  if (held === undefined) throw new TypeError(`Slot ${message.slot} has no child ${n}.`);
  const { id, item, problem } = await identify(deps, message, n, held, run);
  const child = { n, id, before };
  const failed = (reason: string, result: string | null): ChildRequest => ({
    child,
    ended: { kind: 'ended', outcome: { n, status: 'FAILED', reason, result, attempts: before.tries, ms: 0 } },
  });
  if (problem !== null) return failed('bad-record', problem);
  const request = requestOf(deps, item, { runId: firstRunOf(run.run), childId: id, params: run.params });
  return request === null ? failed('request-not-mapped', null) : { child, request };
}

/** A child's id and item, or why that couldn't be read. A redrive's child keeps the id, and with it the Idempotency-Key, that it has in the root run. */
async function identify(
  { objects }: ForwarderDeps,
  message: WorkMessage,
  n: number,
  held: Held,
  run: RunRecord,
): Promise<{ id: string; item: Json; problem: string | null }> {
  const value = await release(objects, held);
  const [id, own] = run.redrive ? parseRedrivenItem(value) : [childId({ ...blockOf(message).ref, n }), held];
  if (isUnread(own)) return { id, item: null, problem: own.$unread };
  return { id, item: run.redrive ? await release(objects, own) : value, problem: null };
}
