import { createHash } from 'node:crypto';
import { isWaiting, planRun } from '../../shared/control/start.ts';
import { runningBeside } from '../../shared/control/start-scheduled.ts';
import { forwarderTimeoutSeconds, visibilitySeconds } from '../../shared/domain/capacity.ts';
import { isRootFull } from '../../shared/domain/completion.ts';
import { SourceError } from '../../shared/domain/errors.ts';
import { SQS } from '../../shared/domain/limits.ts';
import { maySend } from '../../shared/domain/run.ts';
import { UserError } from '../../shared/domain/user-error.ts';
import { closeIfOverdue, resumeClosing } from '../../shared/flow/close.ts';
import { notifyIfRunComplete } from '../../shared/flow/completion.ts';
import { judgeCanary } from '../../shared/flow/judge-canary.ts';
import { sendAgain } from '../../shared/flow/send-again.ts';
import { readSlices } from '../../shared/flow/slices.ts';
import { isEnoughWaiting } from '../../shared/flow/work.ts';
import { withLogIds } from '../../shared/lambda/log-ids.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { SweeperDeps } from './deps.ts';
import { expireWaits } from './expire-waits.ts';
import { judgeFailures, judgeSize } from './judge.ts';

/** Runs looked at in one round, newest first: more than are ever under way, or the oldest would pass their deadlines unseen. */
const RUNS = 1_000;

const CLOSING_MS = 60_000;
/** Then every sixteen minutes. */
const CLOSING_DOUBLINGS = 4;
/** A run that stands still for so long is people's to look at: its messages wait for a mapping, a concurrency or a service. */
const STOOD_STILL_MS = 2 * 3_600_000;
/** A finisher may work for all of its invocation, fifteen minutes, before anything moves. */
const FINISHING_MS = 16 * 60_000;
/** Then every two hours. */
const FINISHING_DOUBLINGS = 3;

/**
 * One round over the running runs: past its deadline a run is closed; one that stood still for longer than any message can
 * wait is taken up from its records. A run that moves costs a handful of reads and one write.
 */
export async function sweep(deps: SweeperDeps): Promise<{ runs: number; acted: number }> {
  const runs = await deps.stores.runs.list({ limit: RUNS, activeOnly: true });
  let acted = 0;
  for (const { run } of runs) {
    await withLogIds({ run }, async () => {
      try {
        if (await sweepRun(deps, run)) acted++;
      } catch (error) {
        // One run's trouble must not keep the sweeper from the others.
        deps.metrics.count('SweepsFailed', 1);
        deps.log.error('A run could not be swept.', {
          error: error instanceof SourceError ? new UserError(error) : String(error),
        });
      }
    });
  }
  return { runs: runs.length, acted };
}

async function sweepRun(deps: SweeperDeps, run: string): Promise<boolean> {
  const { stores, clock } = deps;
  const record = await stores.runs.read(run);
  if (!record) return false;
  const now = clock.now();
  if (await closeIfOverdue(deps, record)) {
    deps.log.warn('A run is past its deadline: it is closed.');
    return true;
  }
  if (record.status === 'paused') return false;
  if (isWaiting(record)) return dequeue(deps, record);
  if (maySend(record.status)) {
    for (const judge of [judgeCanary, judgeFailures]) if (await judge(deps, record)) return true;
  }
  const isWaitedFor = maySend(record.status) && (await expireWaits(deps, record));
  const { fingerprint, children } = await moving(deps, record);
  if (maySend(record.status) && (await judgeSize(deps, record, children))) return true;
  const known = await stores.sweeps.read(run);
  if (known?.fingerprint !== fingerprint) {
    await stores.sweeps.write(run, { fingerprint, since: now, acted: 0 }, record.ttl);
    return false;
  }
  const { since, acted: before, still = since } = known;
  // Whose services have taken their time is known to them.
  if (now - still >= STOOD_STILL_MS && !isWaitedFor) deps.metrics.count('RunsStoodStill', 1);
  if (now - since < patienceMs(deps, record, before)) return false;
  deps.log.warn('A run stands still: it is taken up from its records.', { since, acted: before });
  deps.metrics.count('RunsSwept', 1);
  // Messages wait in the queue because the mapping is off, or because another run's come first. They will be received; sending
  // the slots again would only void them.
  const backlog = (await deps.queues.work.waiting()) > 0;
  // Stored first: a sweep that dies halfway must not be repeated every minute.
  const acted = backlog && maySend(record.status) ? before : before + 1;
  await stores.sweeps.write(run, { fingerprint, since: now, acted, still }, record.ttl);
  await takeUp(deps, record, backlog);
  return true;
}

/** Starts a run that waited, once nothing of its pipeline is running before it. */
async function dequeue(deps: SweeperDeps, record: RunRecord): Promise<boolean> {
  const before = await runningBeside(deps, record.run);
  if (before.some((other) => !isWaiting(other) || other.startedAt < record.startedAt)) return false;
  await deps.stores.runs.flag(record.run, 'dequeued');
  await planRun(deps, record);
  return true;
}

async function takeUp(deps: SweeperDeps, record: RunRecord, backlog: boolean): Promise<void> {
  const root = await deps.stores.runs.readCompletion(record.run);
  if (isRootFull(root)) return notifyIfRunComplete(deps, record.run, root);
  if (record.status === 'planned') return planRun(deps, record);
  if (record.status === 'closing') return resumeClosing(deps, record);
  // While enough waits, the messages of slices only look and come back: more of them would stay and do the same.
  const sendSlices = !(await isEnoughWaiting(deps));
  const sent = await sendAgain(deps, record, { sendSlots: !backlog, sendSlices });
  deps.log.warn('Sent again.', sent);
}

/**
 * How long a run may stand still after `acted` attempts to take it up. A closing or finishing run waits for no message, and no deadline
 * ends it. Taking it up sends nothing that could pile up, so its wait is capped: after an outage of hours it goes on within minutes, and
 * after a reduce was mended within two hours.
 */
function patienceMs(deps: SweeperDeps, { status }: RunRecord, acted: number): number {
  if (status === 'closing') return CLOSING_MS * 2 ** Math.min(acted, CLOSING_DOUBLINGS);
  if (status === 'finishing') return FINISHING_MS * 2 ** Math.min(acted, FINISHING_DOUBLINGS);
  return standstillMs(deps) * 2 ** acted;
}

/** Longer than any message of a healthy run stays out of sight: the longest delay and a whole visibility time-out. */
function standstillMs({ pipeline }: SweeperDeps): number {
  const work = visibilitySeconds(forwarderTimeoutSeconds(pipeline.endpoint));
  return (SQS.maxDelaySeconds + work) * 1_000;
}

/** Everything that moves while a run goes on, as one text; and the children that its slices have come to. */
async function moving(
  { stores }: SweeperDeps,
  record: RunRecord,
): Promise<{ readonly fingerprint: string; readonly children: number }> {
  const root = await stores.runs.readCompletion(record.run);
  const [progress, slices] = await Promise.all([
    stores.progress.read(record.run),
    readSlices({ stores }, record.run, root),
  ]);
  const counts = slices.map(({ checkpoint }) => checkpoint?.count ?? -1);
  const all = [record.status, root.done.size, root.counted.size, progress, counts];
  return {
    fingerprint: createHash('sha256').update(JSON.stringify(all)).digest('base64url').slice(0, 22),
    children: counts.reduce((sum, count) => sum + Math.max(0, count), 0),
  };
}
