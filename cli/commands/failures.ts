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

/** Reasons that the definition's own code gives: a call again ends alike until it is mended. */
const UNMAPPED: readonly string[] = ['request-not-mapped', 'answer-not-mapped'];
const MEND = "Where request or answer couldn't be mapped, mend the definition first: they fail alike until then. ";

/** Lists the children that did not succeed, one after the other as they are read; of the newest run where none is named. */
export async function failures(
  named: string | undefined,
  options: FailuresOptions,
  terminal: Terminal,
): Promise<number> {
  const { run, ...of } = named === undefined ? await newestRun(options, terminal) : { run: named };
  return withTarget({ ...options, ...of, run }, 'records', terminal, async (target) => {
    let n = 0;
    let isUnmapped = false;
    for await (const failure of readFailures(target.deps, run, { reason: options.reason })) {
      terminal.signal.throwIfAborted();
      // A reader that has seen enough, such as head, needs no more of them.
      if (!(await writeLine(terminal.stdout, options.json ? JSON.stringify(failure) : text(failure)))) return EXIT.ok;
      n++;
      isUnmapped ||= failure.reason !== null && UNMAPPED.includes(failure.reason);
      if (n === options.limit) break;
    }
    const those = options.reason === undefined ? '' : ` with reason ${options.reason}`;
    if (!options.json && n === 0) terminal.stderr.write(`Run ${run} has no failed child${those}.\n`);
    else if (!options.json) {
      terminal.stderr.write(
        `${n === options.limit ? 'The first ' : ''}${count(n)} of run ${run}${those}. ${isUnmapped ? MEND : ''}Call them again: ${hint(target, 'redrive', run)}\n`,
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
