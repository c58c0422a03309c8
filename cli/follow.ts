import { setTimeout as delay } from 'node:timers/promises';
import { type RunProgress, readProgress } from '../shared/control/status.ts';
import { isFinal } from '../shared/domain/run.ts';
import type { RunRecord } from '../shared/ports/run-store.ts';
import { EXIT } from './exit-codes.ts';
import { outDir } from './home.ts';
import { fetchOutput, inWords } from './output.ts';
import { progressDisplay } from './progress.ts';
import { hint, type Target } from './targets/target.ts';
import type { Terminal } from './terminal.ts';

/** Shows a run's progress until it ends. @throws the signal's reason when interrupted: the run's own course is not touched */
export async function follow(
  target: Target,
  run: string,
  terminal: Terminal,
  each: (progress: RunProgress) => void | Promise<void> = () => undefined,
): Promise<RunRecord> {
  const { signal, stderr } = terminal;
  const display = progressDisplay(stderr);
  const ended = async () => {
    for (;;) {
      signal.throwIfAborted();
      const progress = await readProgress(target.deps, run);
      display.update(progress);
      await each(progress);
      if (isFinal(progress.record.status)) return progress.record;
      await delay(target.pollMs, undefined, { signal });
    }
  };
  try {
    return await Promise.race([ended(), target.broken]);
  } finally {
    display.stop();
  }
}

/** Follows a run to its end, fetches what it made and says so; gives the exit code. */
export async function followToReport(
  target: Target,
  run: string,
  terminal: Terminal,
  { json }: { readonly json?: boolean },
): Promise<number> {
  try {
    const record = await follow(target, run, terminal);
    const summary = await fetchOutput(target.deps.objects, record, outDir());
    terminal.stdout.write(json ? `${JSON.stringify(summary)}\n` : inWords(summary, target.log));
    return outcomeCode(record);
  } catch (error) {
    if (terminal.signal.aborted) {
      terminal.stderr.write(
        target.worker === 'this'
          ? `Stopping; run ${run} is not done. Go on with it: ${hint(target, 'resume', run)}\n`
          : `Run ${run} goes on without this terminal. See it: ${hint(target, 'watch', run)}\n`,
      );
    }
    throw error;
  }
}

/** 0 where the run succeeded, also with as many failures as its definition tolerates. */
export function outcomeCode({ status }: RunRecord): number {
  return status === 'succeeded' || status === 'succeeded-with-failures' ? EXIT.ok : EXIT.failed;
}
