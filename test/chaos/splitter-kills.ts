import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { splitterKills } from './kills.ts';

const EXIT = { ok: 0, wrong: 1, usage: 2 } as const;

interface Options {
  readonly items: number;
  readonly kills: number;
  readonly seed: number;
  readonly json?: boolean;
}

async function run({ json, ...options }: Options): Promise<number> {
  const started = performance.now();
  let shown = started;
  const progress = (kills: number) => {
    if (performance.now() - shown < 5_000) return;
    shown = performance.now();
    process.stderr.write(`${kills} of ${options.kills} kills\n`);
  };
  const result = await splitterKills({ ...options, progress });
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const { items, kills, missing, twice, repeated } = result;
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...result, seconds })}\n`
      : `${repeated} messages repeated, ${seconds} s\nitems ${items} · kills ${kills} · missing ${missing} · twice ${twice}\n`,
  );
  return missing === 0 && twice === 0 && kills === options.kills ? EXIT.ok : EXIT.wrong;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 10_000_000) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to 10,000,000; received ${JSON.stringify(text)}.`);
}

try {
  await new Command('splitter-kills')
    .description(
      'Kills splitters over and over while they enumerate, and looks for each item in the chain and on the queue.',
    )
    .exitOverride()
    .showHelpAfterError('(add --help for all options)')
    .option('-i, --items <n>', 'items of the source', wholeNumber, 1_000_000)
    .option('-k, --kills <n>', 'times a splitter is killed', wholeNumber, 100)
    .option('-s, --seed <n>', 'chooses where', wholeNumber, 1)
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing missing, nothing twice; 1 something is, or too few kills; 2 wrong usage.',
    )
    .action(async (options: Options) => {
      process.exitCode = await run(options);
    })
    .parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
// Timers of simulated functions that died would keep the process for minutes.
process.exit();
