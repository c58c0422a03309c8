import { type Failure, failures as readChildren } from '../../shared/control/failures.ts';
import { isUnread } from '../../shared/domain/held.ts';
import { CHILD_STATUSES, type ChildStatus } from '../../shared/domain/row.ts';
import { EXIT } from '../exit-codes.ts';
import { withTarget } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import { type Terminal, writeLine } from '../terminal.ts';
import { counted } from '../text.ts';

export interface ChildrenOptions extends Where {
  /** Default: all. */
  readonly status?: readonly ChildStatus[];
  readonly limit?: number;
  /** Their items alone, or their results. */
  readonly items?: boolean;
  readonly results?: boolean;
}

/** Prints a run's children that have ended as JSON, one a line, in the report's order: what another run may be started with. */
export async function children(run: string, options: ChildrenOptions, terminal: Terminal): Promise<number> {
  return withTarget({ ...options, run }, 'records', terminal, async (target) => {
    const read = readChildren(target.deps, run, { statuses: options.status ?? CHILD_STATUSES });
    await printChildren(read, run, options, terminal);
    return EXIT.ok;
  });
}

/** Of items alone, those that their source couldn't read are left out, with their number: in another run they would be called. */
export async function printChildren(
  read: AsyncIterable<Failure>,
  run: string,
  { limit, items, results }: ChildrenOptions,
  { signal, stdout, stderr }: Pick<Terminal, 'signal' | 'stdout' | 'stderr'>,
): Promise<void> {
  let printed = 0;
  let unread = 0;
  for await (const { body: result, ...rest } of read) {
    signal.throwIfAborted();
    if (items && isUnread(rest.item)) {
      unread++;
      continue;
    }
    const said = items ? rest.item : results ? result : { ...rest, result };
    if (!(await writeLine(stdout, JSON.stringify(said)))) return;
    printed++;
    if (printed === limit) break;
  }
  if (unread > 0)
    stderr.write(
      `Left out: ${counted(unread, 'record')} that could not be read and so ${unread === 1 ? 'is no item' : 'are no items'}.\n`,
    );
  if (printed + unread === 0) stderr.write(`Run ${run} has no such child.\n`);
}
