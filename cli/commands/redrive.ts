import { redriveFilter } from '../../shared/domain/redrive.ts';
import type { Endpoints } from '../endpoints.ts';
import { EXIT } from '../exit-codes.ts';
import { seeThrough } from '../follow.ts';
import { withTarget } from '../targets/open.ts';
import { hint, needsThisTerminal, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';

export interface RedriveOptions extends Where {
  readonly status?: readonly string[];
  readonly reason?: readonly string[];
  readonly endpoint?: Endpoints;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Calls again what failed in an ended run; the report is the whole one. */
export async function redrive(run: string, options: RedriveOptions, terminal: Terminal): Promise<number> {
  return withTarget(
    { ...options, run },
    'own-worker',
    terminal,
    async (target) => {
      const filter = redriveFilter.parse({
        ...(options.status && { statuses: [...new Set(options.status)] }),
        ...(options.reason && { reasons: [...new Set(options.reason)] }),
      });
      if (needsThisTerminal(target) || options.watch) {
        return seeThrough(target, (hooks) => target.redrive(run, filter, hooks), terminal, options);
      }
      const started = await target.redrive(run, filter);
      terminal.stdout.write(
        options.json
          ? `${JSON.stringify(started)}\n`
          : `Run ${started.runId} ${started.created ? 'started' : `is under way, ${started.status}`} ${target.place}.\nFollow it: ${hint(target, 'watch', started.runId)}\n`,
      );
      return EXIT.ok;
    },
    options,
  );
}
