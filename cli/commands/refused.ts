import { EXIT } from '../exit-codes.ts';
import { withTarget } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { count, fields, plain, time } from '../text.ts';

export interface RefusedOptions extends Where {
  readonly limit: number;
  readonly json?: boolean;
}

/** Read before they are sorted: they are kept by their ids, so that of more than this the newest may be unread. More is one trouble, many times. */
const READ = 10_000;

/** Lists messages that no function could take, newest first. */
export async function refused(options: RefusedOptions, terminal: Terminal): Promise<number> {
  return withTarget(options, 'records', terminal, async ({ deps }) => {
    const all = await deps.stores.refusals.list(READ);
    const newest = all.sort((a, b) => b.at - a.at).slice(0, options.limit);
    if (all.length === READ)
      terminal.stderr.write(
        `There may be more than the ${count(READ)} that were read, by their ids: these are the newest of those.\n`,
      );
    if (options.json)
      terminal.stdout.write(
        `${JSON.stringify(newest.map((refusal) => ({ ...refusal, at: new Date(refusal.at).toISOString() })))}\n`,
      );
    else if (newest.length === 0) terminal.stderr.write('No message was refused within 90 days.\n');
    for (const { messageId, queue, reason, detail, excerpt, at } of options.json ? [] : newest)
      terminal.stdout.write(
        `${time(at)}  ${plain(reason)}  ${messageId}\n${fields({ queue, why: plain(detail), body: plain(excerpt) })}`,
      );
    return EXIT.ok;
  });
}
