import { EXIT } from '../exit-codes.ts';
import { withTarget } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { columns, plain, time } from '../text.ts';

/** Lists what people did at a stage, newest first: started, cancelled, redrove, changed limits. */
export async function acts(
  options: Where & { readonly limit: number; readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  return withTarget(options, 'records', terminal, async ({ deps }) => {
    const done = await deps.stores.acts.list(options.limit);
    if (options.json)
      terminal.stdout.write(`${JSON.stringify(done.map((act) => ({ ...act, at: new Date(act.at).toISOString() })))}\n`);
    else if (done.length === 0) terminal.stderr.write('Nothing was done by the command line at a stage.\n');
    else
      terminal.stdout.write(
        columns([
          ['WHEN (UTC)', 'WHAT', 'RUN', 'BY', ''],
          ...done.map(({ at, act, run, by, detail }) => [time(at), act, run ?? '', plain(by), plain(detail)]),
        ]),
      );
    return EXIT.ok;
  });
}
