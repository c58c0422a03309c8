import { purgeRun } from '../../shared/control/purge-run.ts';
import { firstRunOf } from '../../shared/domain/redrive.ts';
import { recordAct } from '../act.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { withTarget } from '../targets/open.ts';
import { hint, type Target, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { goneWords } from '../text.ts';
import { purgeOneItem } from './purge-item.ts';
import { RUN_REMAINS } from './what-remains.ts';

interface Options extends Where {
  /** Texts that the item is known by that is to be forgotten. */
  readonly item?: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Deletes a run with its redrives, or all runs that mention an item; with neither, empties the pipeline's work queue. */
export async function purge(run: string | undefined, options: Options, terminal: Terminal): Promise<number> {
  const { item } = options;
  if (run !== undefined && item !== undefined)
    throw new UsageError('A run and --item: name one of them. An item is looked for in all runs of the pipeline.');
  const where = run === undefined ? options : { ...options, run };
  return withTarget(where, 'records', terminal, (target) => {
    if (item !== undefined) return purgeOneItem(target, item, options, terminal);
    return run === undefined ? purgeQueue(target, options, terminal) : erase(target, run, options, terminal);
  });
}

/** Nothing is lost by it: records say what is missing, and it is sent again. */
async function purgeQueue(target: Target, options: Options, terminal: Terminal): Promise<number> {
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
}

async function erase(target: Target, run: string, options: Options, terminal: Terminal): Promise<number> {
  if (!options.yes) {
    throw new UsageError(
      `This deletes run ${firstRunOf(run)} ${target.place} and all its redrives for good: items, outcomes, reports.${run === firstRunOf(run) ? '' : ` ${run} is one of these redrives: it stands on the first run's report, so they go together.`} If that is what you want: ${hint(target, 'purge', run, '--yes')}`,
    );
  }
  const eraser = target.eraser?.();
  if (!eraser) throw new UsageError(`Run ${run} can't be purged from here: something works on it.`);
  const { runs, records, objects } = await purgeRun(target.deps, eraser, run, (gone) =>
    recordAct(target, terminal, { act: 'purge', run: gone.run, detail: goneWords(gone) }),
  ).finally(() => eraser.close());
  terminal.stdout.write(
    options.json
      ? `${JSON.stringify({ pipeline: target.pipeline.name, purged: runs, records, objects, remains: RUN_REMAINS })}\n`
      : `${runs.join(', ')} ${runs.length === 1 ? 'is' : 'are'} gone: ${goneWords({ records, objects })}. What remains:\n${RUN_REMAINS.map((what) => `  - ${what}\n`).join('')}`,
  );
  return EXIT.ok;
}
