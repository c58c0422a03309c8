import { setTimeout as delay } from 'node:timers/promises';
import { HostGoneError, WorkEndedError } from '../local/join.ts';
import { readGate } from '../shared/control/limits.ts';
import type { StartHooks } from '../shared/control/start.ts';
import { type RunProgress, readProgress } from '../shared/control/status.ts';
import { SourceError } from '../shared/domain/errors.ts';
import { isFinal } from '../shared/domain/run.ts';
import type { RunRecord } from '../shared/ports/run-store.ts';
import { EnvironmentError, isGone, said } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { gateNote } from './gate-words.ts';
import { outDir } from './home.ts';
import { fetchOutput, inWords } from './output.ts';
import { progressDisplay } from './progress.ts';
import { hint, type Target, worksElsewhere } from './targets/target.ts';
import { aborted, type Terminal } from './terminal.ts';

/** Shows a run's progress until it ends. @throws the signal's reason when interrupted: the run's own course is not touched */
export async function follow(
  target: Target,
  run: string,
  terminal: Omit<Terminal, 'stdin'>,
  each: (progress: RunProgress) => void | Promise<void> = () => undefined,
): Promise<RunRecord> {
  const display = progressDisplay(terminal.stderr);
  const over = new AbortController();
  const ended = async () => {
    for (;;) {
      const progress = await readProgress(target.deps, run);
      over.signal.throwIfAborted();
      // A record alone says how a run ended; one that goes on may be held back.
      const isOver = isFinal(progress.record.status);
      const note = isOver ? '' : gateNote(await readGate(target.deps), target.deps.clock.now(), progress);
      display.update(progress, note);
      await each(progress);
      if (isOver) return progress.record;
      await delay(target.pollMs, undefined, { signal: over.signal });
    }
  };
  try {
    terminal.signal.throwIfAborted();
    return await Promise.race([ended(), target.broken, aborted(terminal.signal)]);
  } finally {
    over.abort();
    display.stop(terminal.signal.aborted);
  }
}

/**
 * Begins a run, or goes on with one, follows it to its end, fetches what it made and says so; gives the exit code. From when
 * the run is there on, an interruption says how to go on with it.
 */
export async function seeThrough(
  target: Target,
  begin: (hooks: Required<StartHooks>) => Promise<{ readonly runId: string }>,
  terminal: Omit<Terminal, 'stdin'>,
  { json }: { readonly json?: boolean },
): Promise<number> {
  const { signal, stdout, stderr } = terminal;
  const known: { run?: string } = {};
  try {
    let tellThere = () => {};
    const there = new Promise<void>((resolve) => {
      tellThere = resolve;
    });
    const accepted = (run: string) => {
      known.run = run;
      tellThere();
    };
    const begun = begin({ signal, accepted });
    // Not interrupted up to here: a run that nobody was told of would be left behind.
    await Promise.race([there, begun]);
    const { runId } = await Promise.race([begun, aborted(signal)]);
    known.run = runId;
    const record = await follow(target, runId, terminal);
    const summary = await fetchOutput(target, record, outDir());
    stdout.write(json ? `${JSON.stringify(summary)}\n` : inWords(summary, target));
    return outcomeCode(record);
  } catch (error) {
    const { run } = known;
    if (run === undefined) throw error;
    if (signal.aborted) stderr.write(`${interrupted(target, run)}\n`);
    else if (worksElsewhere(target) && (error instanceof HostGoneError || isGone(error))) {
      throw new EnvironmentError(
        `The process that worked on run ${run} has ended. Nothing is lost; go on with it: ${hint(target, 'resume', run)}`,
      );
    } else if (error instanceof SourceError) {
      const stands = said(error, terminal);
      stderr.write(`Run ${run} is kept. Once its source is mended, go on with it: ${hint(target, 'resume', run)}\n`);
      throw stands;
    } else if (error instanceof WorkEndedError) {
      throw new EnvironmentError(
        `${error.message}\nRun ${run} is not done. Nothing is lost; go on with it: ${hint(target, 'resume', run)}`,
      );
    }
    throw error;
  }
}

/** What becomes of a run whose terminal leaves. */
export function interrupted(target: Target, run: string): string {
  if (target.worker === 'this')
    return `Stopping; run ${run} is not done. Go on with it: ${hint(target, 'resume', run)}`;
  const until = worksElsewhere(target) ? ', until the process that works on it here ends' : '';
  return `Run ${run} goes on without this terminal${until}. See it: ${hint(target, 'watch', run)}`;
}

/** Who makes the report of a run that was cancelled, and how another terminal would. */
export function reportFollows(target: Pick<Target, 'worker' | 'flags'>, run: string): string {
  const follows = ` Its report follows: ${hint(target, 'watch', run)}`;
  return worksElsewhere(target)
    ? `${follows}\nThe process that works on the run here makes it; if that ends before, this does: ${hint(target, 'cancel', run)}`
    : follows;
}

/** 0 where the run succeeded, also with as many failures as its definition tolerates. */
export function outcomeCode({ status }: RunRecord): number {
  return status === 'succeeded' || status === 'succeeded-with-failures' ? EXIT.ok : EXIT.failed;
}
