import { existingRun } from '../../shared/control/existing-run.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { outDir } from '../home.ts';
import { fetchOutput, inWords } from '../output.ts';
import { newestRun } from '../targets/find-run.ts';
import { withTarget } from '../targets/open.ts';
import { hint, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';

/** Fetches what a run made to this machine; of the newest run where none is named. */
export async function report(
  named: string | undefined,
  options: Where & { readonly out?: string; readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const { run, ...of } = named === undefined ? await newestRun(options, terminal) : { run: named };
  return withTarget({ ...options, ...of, run }, 'records', terminal, async (target) => {
    const { deps } = target;
    const record = await existingRun(deps, run);
    if (record.summary === null && target.worker === 'nobody') {
      const resume = hint(target, 'resume', run);
      throw new UsageError(`Run ${run} has no report yet: it was interrupted. Go on with it: ${resume}`);
    }
    const summary = await fetchOutput(target, record, options.out ?? outDir());
    terminal.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : inWords(summary, target));
    return EXIT.ok;
  });
}
