import type { Pipeline } from '../../shared/author/definition.ts';
import { type Call, type DueEntry, patienceOf, roundStep } from '../../shared/domain/call.ts';
import { CALLER_BATCH, callersOf, forwarderTimeoutSeconds } from '../../shared/domain/capacity.ts';
import { kindOf } from '../../shared/domain/errors.ts';
import { parallel } from '../../shared/flow/parallel.ts';
import { type SendDeps, sendCalls } from '../../shared/flow/send-calls.ts';
import type { CallStore } from '../../shared/ports/call-store.ts';
import type { AllQueues, Process } from '../../shared/ports/deps.ts';

/** What looks after calls that have not ended. */
export interface RoundDeps extends SendDeps, Pick<Process, 'log' | 'metrics'> {
  readonly pipeline: Pick<Pipeline, 'name' | 'endpoint' | 'limits' | 'tasks'>;
  readonly calls: Pick<CallStore, 'due' | 'read' | 'turn'>;
  readonly queues: Pick<AllQueues, 'calls'>;
}

const AT_ONCE = 32;
/** Entries of one round: two or three seconds of work. */
const MOST_ENTRIES = 2_000;

/**
 * Sends calls whose look time has come: far ones for the first time, and those that nobody has ended or settled in the patience that their
 * message had. Several rounds may run at once: one of them writes a turn. One that can't be read or written keeps no other from being sent.
 * @returns calls that were sent
 * @throws the first error, once the others are sent
 */
export async function runCallRound(deps: RoundDeps): Promise<number> {
  const { calls, queues, clock, pipeline, log, metrics } = deps;
  const patience = patienceOf(forwarderTimeoutSeconds(pipeline.endpoint));
  const entries = await calls.due(clock.now(), MOST_ENTRIES);
  if (entries.length === 0) return 0;
  // More than all forwarders take at once wait: what was sent may be among it.
  const hasBacklog = await queues.calls.isLongerThan(callersOf(pipeline) * CALLER_BATCH);
  const raised: Pick<Call, 'id' | 'turn' | 'due'>[] = [];
  const errors: unknown[] = [];
  const list = async function* () {
    yield* entries;
  };
  const look = async (entry: DueEntry) => {
    const call = await calls.read(entry.id);
    const step = roundStep(call, entry, clock.now(), patience, hasBacklog);
    // What calls says how late it was; where nothing calls, nobody but a round knows.
    if (entry.sent && call && isLate(call, clock.now(), pipeline)) metrics.count('TasksLate', 1);
    if (step.do === 'leave' || !call || !(await calls.turn(call, step.next))) return;
    metrics.count(entry.sent ? 'TasksSentAgain' : 'TasksSent', 1);
    raised.push({ ...call, ...step.next });
  };
  await parallel(list(), AT_ONCE, (entry) =>
    look(entry).catch((error: unknown) => {
      errors.push(error);
      log.error('A round could not send a task.', { task: entry.id, error: kindOf(error) });
    }),
  );
  await sendCalls(deps, raised);
  if (errors.length > 0) throw errors[0];
  return raised.length;
}

function isLate({ outcome, late, wanted }: Call, now: number, { tasks }: RoundDeps['pipeline']): boolean {
  return tasks !== undefined && outcome === null && late === null && now - wanted > tasks.lateSeconds * 1_000;
}
