import { recordAct } from '../act.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { withTarget } from '../targets/open.ts';
import { hint, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';

/** Empties a pipeline's work queue. Nothing is lost by it: records say what is missing, and it is sent again. */
export async function purge(
  options: Where & { readonly yes?: boolean; readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  return withTarget(options, 'records', terminal, async (target) => {
    const { name } = target.pipeline;
    if (!options.yes) {
      throw new UsageError(
        `This deletes every message in the work queue of ${name} ${target.place}, of all its runs. The sweeper sends again what is missing, minutes later; to stop a run for good, cancel it. If that is what you want: ${hint(target, 'purge', '--yes')}`,
      );
    }
    await target.purge();
    await recordAct(target, terminal, { act: 'purge', run: null, detail: 'the work queue' });
    terminal.stdout.write(
      options.json
        ? `${JSON.stringify({ pipeline: name, purged: true })}\n`
        : `The work queue of ${name} ${target.place} is being emptied; that takes SQS up to a minute. The sweeper sends again what is missing of each run, or at once: ${hint(target, 'resume', '<run>')}\n`,
    );
    return EXIT.ok;
  });
}
