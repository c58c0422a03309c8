import type { MappedCall } from '../../shared/calling/map-call.ts';
import { requestOf } from '../../shared/calling/request-of.ts';
import { type Held, isPointer, isUnread } from '../../shared/domain/held.ts';
import { childId } from '../../shared/domain/ids.ts';
import type { Json } from '../../shared/domain/json.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import { firstRunOf, parseRedrivenItem } from '../../shared/domain/redrive.ts';
import type { Tries } from '../../shared/domain/sending.ts';
import type { Child, ChildResult } from '../../shared/flow/child-result.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { release } from '../../shared/storage/spill.ts';
import type { ForwarderDeps } from './deps.ts';

/** A child with its call. */
export interface Requested {
  readonly child: Child;
  readonly request: MappedCall;
}

/** A child with its call, or how it ended without one. */
export type ChildRequest = Requested | { readonly child: Child; readonly ended: ChildResult };

/** An item, or why it couldn't be read. */
interface Own {
  readonly id: string;
  readonly item: Json;
  readonly problem: string | null;
}

/** Reads a child's item, and makes its call of that: at once, unless an object holds the item. */
export function childRequest(
  deps: ForwarderDeps,
  message: WorkMessage,
  n: number,
  before: Tries,
  run: RunRecord,
): ChildRequest | Promise<ChildRequest> {
  const held = message.items[n - message.slot];
  if (held === undefined) throw new TypeError(`Slot ${message.slot} has no child ${n}.`);
  if (run.redrive || isPointer(held))
    return identify(deps, message, n, held, run).then((own) => requestFor(deps, n, before, run, own));
  return requestFor(deps, n, before, run, ownOf(idOf(message, n), held, held));
}

function requestFor(
  deps: ForwarderDeps,
  n: number,
  before: Tries,
  run: RunRecord,
  { id, item, problem }: Own,
): ChildRequest {
  const child = { n, id, before };
  const failed = (reason: string, result: string | null): ChildRequest => ({
    child,
    ended: { kind: 'ended', outcome: { n, status: 'FAILED', reason, result, attempts: before.tries, ms: 0 } },
  });
  if (problem !== null) return failed('bad-record', problem);
  const request = requestOf(deps, item, { runId: firstRunOf(run.run), childId: id, params: run.params });
  return request === null ? failed('request-not-mapped', null) : { child, request };
}

const idOf = (message: WorkMessage, n: number) => childId({ ...blockOf(message).ref, n });

/** @param held as its page holds it; a mark says that its source couldn't read it */
function ownOf(id: string, held: Held, item: Json): Own {
  return isUnread(held) ? { id, item: null, problem: held.$unread } : { id, item, problem: null };
}

/** Of a child whose item has to be read first. A redrive's child keeps the id, and with it the Idempotency-Key, that it has in the root run. */
async function identify(
  { objects }: ForwarderDeps,
  message: WorkMessage,
  n: number,
  held: Held,
  run: RunRecord,
): Promise<Own> {
  const value = await release(objects, held);
  if (!run.redrive) return ownOf(idOf(message, n), held, value);
  const [id, own] = parseRedrivenItem(value);
  return isUnread(own) ? ownOf(id, own, null) : ownOf(id, own, await release(objects, own));
}
