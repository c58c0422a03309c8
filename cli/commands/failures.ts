import { type Failure, failures as readFailures } from '../../shared/control/failures.ts';
import { EXIT } from '../exit-codes.ts';
import { newestRun } from '../targets/find-run.ts';
import { withTarget } from '../targets/open.ts';
import { hint, type Where } from '../targets/target.ts';
import { type Terminal, writeLine } from '../terminal.ts';
import { count, fields, plain, time } from '../text.ts';

export interface FailuresOptions extends Where {
  readonly reason?: string;
  readonly limit?: number;
  readonly json?: boolean;
}

/** Reasons that a call again gives as well, until what made them is mended. */
const LASTING: readonly string[] = ['request-not-mapped', 'unexpected-answer'];

/** What comes before a redrive, for the reasons that were seen. */
export function mendFirst(reasons: ReadonlySet<string>): string {
  const those = LASTING.filter((reason) => reasons.has(reason));
  if (those.length === 0) return '';
  return `What failed as ${those.join(' or ')} fails alike until the definition, or the service, is mended. `;
}

/** Lists the children that did not succeed, one after the other as they are read; of the newest run where none is named. */
export async function failures(
  named: string | undefined,
  options: FailuresOptions,
  terminal: Terminal,
): Promise<number> {
  const { run, ...of } = named === undefined ? await newestRun(options, terminal) : { run: named };
  return withTarget({ ...options, ...of, run }, 'records', terminal, async (target) => {
    let n = 0;
    const reasons = new Set<string>();
    for await (const failure of readFailures(target.deps, run, { reason: options.reason })) {
      terminal.signal.throwIfAborted();
      // A reader that has seen enough, such as head, needs no more of them.
      if (!(await writeLine(terminal.stdout, options.json ? JSON.stringify(failure) : text(failure)))) return EXIT.ok;
      n++;
      if (failure.reason !== null) reasons.add(failure.reason);
      if (n === options.limit) break;
    }
    const those = options.reason === undefined ? '' : ` with reason ${options.reason}`;
    if (!options.json && n === 0) terminal.stderr.write(`Run ${run} has no failed child${those}.\n`);
    else if (!options.json) {
      terminal.stderr.write(
        `${n === options.limit ? 'The first ' : ''}${count(n)} of run ${run}${those}. ${mendFirst(reasons)}Call them again: ${hint(target, 'redrive', run)}\n`,
      );
    }
    return EXIT.ok;
  });
}

function text({ id, status, reason, attempts, at, item, body }: Failure): string {
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  return `${id}  ${status}  ${plain(reason ?? '')}  ${tries}  ${time(Date.parse(at))} UTC\n${fields({
    item: plain(JSON.stringify(item)),
    body: body === null ? undefined : plain(typeof body === 'string' ? body : JSON.stringify(body)),
  }).trimEnd()}`;
}
