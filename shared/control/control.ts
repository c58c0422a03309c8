import { InputError } from '../domain/errors.ts';
import { isFinal } from '../domain/run.ts';
import { closeIfOverdue, closeRun, resumeClosing } from '../flow/close.ts';
import { notifyIfRunComplete } from '../flow/completion.ts';
import { moveIfCounted } from '../flow/end-slice.ts';
import { sendAgain } from '../flow/send-again.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { existingRun } from './existing-run.ts';

/**
 * Cancels a run: no new calls within five seconds, for which it waits, and the report says what was done. Irrevocable; repeating it resumes a
 * cancelling that died. One whose children have all ended has nothing left to cancel: its report is asked for again. One that has
 * ended stays as it is.
 * @param isLeft no process works on it: none holds answers that are to be waited for
 * @throws {RunNotFoundError}
 */
export async function cancelRun(deps: Deps, run: string, isLeft = false): Promise<RunRecord> {
  const before = await existingRun(deps, run);
  if (isFinal(before.status)) return before;
  if (before.status === 'finishing') await notifyIfRunComplete(deps, run, await deps.stores.runs.readCompletion(run));
  else if (!isLeft) await closeRun(deps, run, 'cancelled');
  else {
    const record = await markCancelled(deps, run);
    if (record.status === 'closing') await resumeClosing(deps, record);
  }
  return existingRun(deps, run);
}

/**
 * Cancels a run that no process works on. The function or command that takes the run up next calls no child: it gives up the children
 * without an outcome and makes the report.
 * @throws {RunNotFoundError}
 */
export async function markCancelled(deps: Pick<Deps, 'stores' | 'pipeline'>, run: string): Promise<RunRecord> {
  const before = await existingRun(deps, run);
  return (await deps.stores.runs.close(run, 'cancelled')) ?? before;
}

/**
 * Pauses a run: its messages are voided as they come, and nothing is called until it's resumed. Its deadline goes on.
 * @throws {RunNotFoundError}
 * @throws {InputError} when the run can't be paused in its status
 */
export async function pauseRun(deps: Deps, run: string): Promise<RunRecord> {
  const before = await existingRun(deps, run);
  if (before.status === 'paused') return before;
  const paused = await deps.stores.runs.move(run, 'pause');
  if (!paused) throw new InputError(`Run "${run}" can't be paused: it is ${before.status}.`);
  return paused;
}

/**
 * Resumes a paused run: what has no outcome is sent again. Repeating it resumes a resuming that died; and a finish that failed, once
 * its cause is mended, need not wait for the sweeper. A run past its deadline is closed at once instead.
 * @throws {RunNotFoundError}
 * @throws {InputError} when the run isn't paused
 */
export async function resumeRun(
  deps: Deps,
  run: string,
): Promise<{ record: RunRecord; expired: boolean; slices: number; slots: number }> {
  const before = await existingRun(deps, run);
  if (before.status === 'finishing') {
    await notifyIfRunComplete(deps, run, await deps.stores.runs.readCompletion(run));
    return { record: before, expired: false, slices: 0, slots: 0 };
  }
  if (await closeIfOverdue(deps, before)) {
    return { record: await existingRun(deps, run), expired: true, slices: 0, slots: 0 };
  }
  const resumed = await deps.stores.runs.move(run, 'resume');
  const record = resumed ?? before;
  if (!resumed && before.status !== 'splitting' && before.status !== 'running') {
    throw new InputError(`Run "${run}" can't be resumed: it is ${before.status}.`);
  }
  const counted = await moveIfCounted(deps, run);
  return { record: counted ?? record, expired: false, ...(await sendAgain(deps, record)) };
}
