import { cancelRun, markCancelled, pauseRun, resumeRun } from '../../shared/control/control.ts';
import { planRun, type StartHooks } from '../../shared/control/start.ts';
import { readProgress } from '../../shared/control/status.ts';
import { isFinal } from '../../shared/domain/run.ts';
import { closeIfOverdue, resumeClosing } from '../../shared/flow/close.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { recordAct } from '../act.ts';
import type { Endpoints } from '../endpoints.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { follow, reportFollows, seeThrough } from '../follow.ts';
import { outDir } from '../home.ts';
import { fetchOutput, inWords } from '../output.ts';
import { interruptedRuns } from '../targets/find-run.ts';
import { onceMoreIfGone } from '../targets/once-more.ts';
import { withTarget } from '../targets/open.ts';
import { requireAccount } from '../targets/own-account.ts';
import { hint, needsThisTerminal, stageOf, type Target, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { count, time } from '../text.ts';
import { runJson } from './list.ts';

interface Options extends Where {
  readonly json?: boolean;
  readonly endpoint?: Endpoints;
  readonly aws?: boolean;
}

/** Cancels a run; what was done is reported. It needs neither the pipeline's service nor, but for the report, its definition. */
export function cancel(run: string, options: Options, terminal: Terminal): Promise<number> {
  return onceMoreIfGone(options, () => cancelOnce(run, options, terminal));
}

function cancelOnce(run: string, options: Options, terminal: Terminal): Promise<number> {
  return withTarget({ ...options, run }, 'closer', terminal, async (target) => {
    const before = await target.deps.stores.runs.read(run);
    if (before && isFinal(before.status)) {
      const ended = `Run ${run} has ended: it is ${before.status.replaceAll('-', ' ')}, and nothing of it is left to cancel.`;
      return say(terminal, options, before, `${ended} Its report: ${hint(target, 'report', run)}`);
    }
    const finishes = before?.status === 'finishing';
    const what = finishes ? 'has ended all its calls' : 'is cancelled: no new calls';
    if (target.worker === 'nobody') {
      const record = await markCancelled(target.deps, run);
      const again = `Its report can't be made here for now; later: ${hint(target, 'cancel', run)}`;
      return say(terminal, options, record, `Run ${run} ${what}. ${again}`);
    }
    const record = await cancelRun(target.deps, run, target.worker === 'this');
    await recordAct(target, terminal, { act: 'cancel', run });
    if (!needsThisTerminal(target)) {
      return say(
        terminal,
        options,
        record,
        `Run ${run} ${what}.${isFinal(record.status) ? '' : reportFollows(target, run)}`,
      );
    }
    const ended = await follow(target, run, terminal);
    const summary = await fetchOutput(target, ended, outDir());
    terminal.stdout.write(options.json ? `${JSON.stringify(runJson(ended))}\n` : inWords(summary, target));
    return EXIT.ok;
  });
}

/** Pauses a run; without one, the pipeline. */
export async function pause(run: string | undefined, options: Options, terminal: Terminal): Promise<number> {
  return withTarget(ofRun(options, run), 'records', terminal, async (target) => {
    if (run === undefined) {
      await target.pausePipeline();
      await recordAct(target, terminal, { act: 'pause', run: null });
      return sayPipeline(terminal, options, target, true);
    }
    const record = await pauseRun(target.deps, run);
    await recordAct(target, terminal, { act: 'pause', run });
    const resume = hint(target, 'resume', run);
    return say(terminal, options, record, `Run ${run} is paused; its deadline goes on. Resume it: ${resume}`);
  });
}

const ofRun = (options: Options, run: string | undefined) => (run === undefined ? options : { ...options, run });

/**
 * Resumes a run, paused or interrupted; without one, the newest that was interrupted on this machine, or else the pipeline. One past
 * its deadline is closed: that is a failure.
 */
export async function resume(run: string | undefined, options: Options, terminal: Terminal): Promise<number> {
  if (run === undefined && stageOf(options) === undefined) {
    const [newest, ...others] = await interruptedRuns(options, terminal);
    if (newest) {
      const also =
        others.length > 0
          ? `, the newest that was interrupted; ${others.map((other) => other.run).join(', ')} wait too`
          : '';
      terminal.stderr.write(`Going on with run ${newest.run} of ${newest.pipeline}${also}.\n`);
      return resume(newest.run, { ...options, pipeline: newest.pipeline }, terminal);
    }
  }
  const need = run === undefined ? 'records' : 'worker';
  return withTarget(
    ofRun(options, run),
    need,
    terminal,
    async (target) => {
      if (run === undefined) {
        if (target.worker === 'nobody')
          throw new UsageError(
            `Nothing of ${target.pipeline.name} was interrupted on this machine, and nothing runs here.`,
          );
        await target.resumePipeline();
        await recordAct(target, terminal, { act: 'resume', run: null });
        return sayPipeline(terminal, options, target, false);
      }
      if (needsThisTerminal(target)) return goOn(target, run, options, terminal);
      const { record, expired, slots, slices } = await resumeRun(target.deps, run);
      await recordAct(target, terminal, { act: 'resume', run });
      if (expired) {
        say(terminal, options, record, `${overdue(record)} Its report follows: ${hint(target, 'watch', run)}`);
        return EXIT.failed;
      }
      const again = `${count(slots)} message${slots === 1 ? '' : 's'} sent again${slices > 0 ? `, ${count(slices)} slices split on` : ''}`;
      const what = record.status === 'finishing' ? 'its report is made again' : again;
      return say(terminal, options, record, `Run ${run} goes on: ${what}. Follow it: ${hint(target, 'watch', run)}`);
    },
    options,
  );
}

/** Takes a run up from its records and sees it through, beside what else the worker does. */
function goOn(target: Target, run: string, options: Options, terminal: Terminal): Promise<number> {
  const begin = async ({ accepted }: Required<StartHooks>) => {
    await takeUp(target, run, accepted, terminal);
    return { runId: run };
  };
  return seeThrough(target, begin, terminal, options);
}

/** Goes on with a run from its records, whatever its status. */
export async function takeUp(
  { deps, pipeline, account }: Pick<Target, 'deps' | 'pipeline' | 'account'>,
  run: string,
  accepted: (run: string) => void,
  { stderr }: Pick<Terminal, 'stderr'>,
): Promise<void> {
  const { record } = await readProgress(deps, run);
  if (['planned', 'running'].includes(record.status) && !record.redrive)
    requireAccount(pipeline, record, account !== undefined);
  accepted(run);
  if (await closeIfOverdue(deps, record)) stderr.write(`${overdue(record)}\n`);
  else if (record.status === 'planned') await planRun(deps, record);
  else if (record.status === 'closing') await resumeClosing(deps, record);
  else await resumeRun(deps, run);
}

const overdue = ({ run, deadline }: RunRecord) =>
  `Run ${run} passed its deadline at ${time(deadline)} UTC: it is closed, nothing more is called, and what has no outcome is EXPIRED.`;

function say({ stdout }: Terminal, { json }: Options, record: RunRecord, words: string): number {
  stdout.write(json ? `${JSON.stringify(runJson(record))}\n` : `${words}\n`);
  return EXIT.ok;
}

function sayPipeline({ stdout }: Terminal, { json }: Options, target: Target, paused: boolean): number {
  const { name } = target.pipeline;
  const words = paused
    ? `Pipeline ${name} is paused ${target.place}: its work queue is held back, calls under way end. Resume it: ${hint(target, 'resume')}`
    : `Pipeline ${name} works again ${target.place}.`;
  stdout.write(json ? `${JSON.stringify({ pipeline: name, paused })}\n` : `${words}\n`);
  return EXIT.ok;
}
