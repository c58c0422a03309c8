import { type Call, callStateOf } from '../domain/call.ts';
import type { Held } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';

/** A task as people and programs are told of it. Times are ISO, in UTC. */
export interface TaskView {
  readonly id: string;
  /** `pending`, `calling`, or how it ended. */
  readonly state: string;
  readonly executeAt: string;
  /** Its next try, where that is another time than `executeAt`. */
  readonly nextTryAt?: string;
  readonly latest?: string;
  readonly createdAt: string;
  readonly endedAt?: string;
  /** Calls that were made, or may have been. 0: the service never heard of it. */
  readonly calls: number;
  /** How late its first call was, in milliseconds. */
  readonly lateMs?: number;
  readonly reason?: string;
  readonly item: Json;
  /** What the service answered, or where a large answer is kept. */
  readonly result?: Held;
}

/** A task in the words of the command line and the HTTP API. */
export function taskView(task: Call, now: number): TaskView {
  const { id, wanted, due, latest, createdAt, calls, late, outcome, item } = task;
  return {
    id,
    state: callStateOf(task, now),
    executeAt: iso(wanted),
    ...(outcome === null && due !== wanted && { nextTryAt: iso(due) }),
    ...(latest !== null && { latest: iso(latest) }),
    createdAt: iso(createdAt),
    ...(outcome && { endedAt: iso(outcome.at) }),
    calls,
    ...(late !== null && { lateMs: late }),
    ...(outcome?.reason != null && { reason: outcome.reason }),
    item,
    ...(outcome?.status === 'SUCCEEDED' && { result: outcome.result }),
  };
}

const iso = (time: number) => new Date(time).toISOString();
