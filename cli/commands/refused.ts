import type { Refusal } from '../../shared/ports/refusal-store.ts';
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
    printRefused(await deps.stores.refusals.list(READ), options, terminal);
    return EXIT.ok;
  });
}

/** Prints the newest of the messages that were read. */
export function printRefused(
  read: readonly Refusal[],
  { limit, json = false }: Pick<RefusedOptions, 'limit' | 'json'>,
  { stdout, stderr }: Pick<Terminal, 'stdout' | 'stderr'>,
): void {
  const newest = read.toSorted((a, b) => b.at - a.at).slice(0, limit);
  if (read.length >= READ)
    stderr.write(
      `There may be more than the ${count(READ)} that were read, by their ids: these are the newest of those.\n`,
    );
  if (json) {
    const shown = newest.map((refusal) => ({ ...refusal, at: new Date(refusal.at).toISOString() }));
    stdout.write(`${JSON.stringify(shown)}\n`);
    return;
  }
  if (newest.length === 0) stderr.write('No message was refused within 90 days.\n');
  for (const { messageId, queue, reason, detail, excerpt, at } of newest)
    stdout.write(
      `${time(at)}  ${plain(reason)}  ${messageId}\n${fields({ queue, why: plain(detail), body: plain(excerpt) })}`,
    );
}
