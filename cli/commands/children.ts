import { failures as readChildren } from '../../shared/control/failures.ts';
import { CHILD_STATUSES, type ChildStatus } from '../../shared/domain/row.ts';
import { EXIT } from '../exit-codes.ts';
import { withTarget } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import { type Terminal, writeLine } from '../terminal.ts';

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
  const { status: statuses = CHILD_STATUSES, limit, items, results } = options;
  return withTarget({ ...options, run }, 'records', terminal, async (target) => {
    let n = 0;
    for await (const child of readChildren(target.deps, run, { statuses })) {
      terminal.signal.throwIfAborted();
      const { body: result, ...rest } = child;
      const said = items ? child.item : results ? result : { ...rest, result };
      if (!(await writeLine(terminal.stdout, JSON.stringify(said)))) return EXIT.ok;
      n++;
      if (n === limit) break;
    }
    if (n === 0) terminal.stderr.write(`Run ${run} has no such child.\n`);
    return EXIT.ok;
  });
}
