import { type RunProgress, readProgress } from '../../shared/control/status.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { isGone } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { follow, interrupted, outcomeCode } from '../follow.ts';
import { failureField } from '../output.ts';
import { newestRun } from '../targets/find-run.ts';
import { withTarget } from '../targets/open.ts';
import { hint, type Target, type Where } from '../targets/target.ts';
import { type Terminal, writeLine } from '../terminal.ts';
import { runJson } from './list.ts';

/** Shows a run's progress until it ends; the newest run where none is named. */
export async function watch(
  named: string | undefined,
  options: Where & { readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const { run, ...of } = named === undefined ? await newestRun(options, terminal) : { run: named };
  const look = () =>
    withTarget({ ...options, ...of, run }, 'records', terminal, async (target) => {
      if (target.worker === 'nobody') return standing(target, run, options, terminal);
      const followed = follow(target, run, terminal, async (progress) => {
        if (options.json) await writeLine(terminal.stdout, JSON.stringify(progressJson(progress)));
      });
      const record = await followed.catch((error) => {
        if (terminal.signal.aborted) terminal.stderr.write(`${interrupted(target, run)}\n`);
        throw error;
      });
      return ended(target, record, options, terminal);
    });
  try {
    return await look();
  } catch (error) {
    // The process that worked here is gone, as it does once its run has ended: what it left says how.
    if (!isGone(error) || terminal.signal.aborted) throw error;
    return look();
  }
}

/** A run on disk that nobody works on: it doesn't move, and waiting for it would never end. */
async function standing(
  target: Target,
  run: string,
  options: { readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const progress = await readProgress(target.deps, run);
  if (options.json) await writeLine(terminal.stdout, JSON.stringify(progressJson(progress)));
  if (isFinal(progress.record.status)) return ended(target, progress.record, options, terminal);
  const stands = progress.record.status === 'paused' ? 'paused, and' : 'interrupted:';
  terminal.stderr.write(
    `Run ${run} is ${stands} nobody works on it on this machine. Go on with it: ${hint(target, 'resume', run)}\n`,
  );
  return EXIT.failed;
}

function ended(target: Target, record: RunRecord, { json }: { readonly json?: boolean }, { stdout }: Terminal): number {
  const { run, status, failure } = record;
  const [, why] = failureField(failure);
  const words = `${status.replaceAll('-', ' ')}${why === undefined ? '' : `, by ${why}`}`;
  if (!json) stdout.write(`Run ${run} ${words}. Its report: ${hint(target, 'report', run)}\n`);
  return outcomeCode(record);
}

/** A run's progress as programs read it; the counters may lag by a second or two. */
export function progressJson({ record, ...progress }: RunProgress) {
  return { ...runJson(record), progress };
}
