import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { benchCallbacks } from './callbacks/bench-callbacks.ts';
import { compare, comparisonOf, readEarlier } from './compare.ts';
import { figuresOf } from './figures.ts';
import { type PushOptions, push } from './push/push.ts';
import { benchReduce } from './reduce/bench-reduce.ts';
import { runScenario, scenariosOf } from './scenarios.ts';
import { benchSource } from './source/bench-source.ts';
import { tableOf } from './table.ts';
import { checksOf } from './targets.ts';
import { benchTasks } from './tasks/bench-tasks.ts';

const EXIT = { ok: 0, missed: 1, usage: 2 } as const;
const DEFAULT_CHILDREN = 50_000;
const QUICK_CHILDREN = 5_000;

interface BenchOptions {
  readonly children?: number;
  readonly quick?: boolean;
  readonly json?: boolean;
  /** A file with an earlier bench's figures. */
  readonly compare?: string;
}

/** Measures each scenario, prints what came out; gives the exit code. */
async function bench({ children, quick, json, compare: path }: BenchOptions): Promise<number> {
  if (!existsSync('/proc/self/stat')) {
    throw new Error("CPU time and memory of other processes are read from Linux's /proc, and there is none here.");
  }
  // Before the minutes that measuring takes: the file may not be one.
  const before = path === undefined ? null : await readEarlier(path);
  const count = children ?? (quick ? QUICK_CHILDREN : DEFAULT_CHILDREN);
  const figures = [];
  for (const scenario of scenariosOf(count)) {
    figures.push(figuresOf(await runScenario(scenario, (text) => process.stderr.write(`${text}\n`))));
  }
  const checks = checksOf(figures);
  const compared = before && compare(before, figures);
  process.stdout.write(
    json
      ? `${JSON.stringify({ figures, checks, ...(compared && { compared }) })}\n`
      : tableOf(figures, checks) + (compared ? comparisonOf(compared) : ''),
  );
  return checks.every(({ met }) => met) ? EXIT.ok : EXIT.missed;
}

function program(): Command {
  const cli = new Command('bench')
    .description('Measures the embedded pipeline beside the floor: the same calls made by undici alone.')
    .exitOverride()
    .showHelpAfterError('(add --help for all options)')
    .option('-n, --children <n>', `children per scenario, ${DEFAULT_CHILDREN} by default`, wholeNumber)
    .option('--quick', `a fast look with ${QUICK_CHILDREN} children; the targets are stated for ${DEFAULT_CHILDREN}`)
    .option('--json', 'print all figures as one line of JSON; progress goes to stderr')
    .option('--compare <file>', 'show each figure beside the one that an earlier bench printed there with --json')
    .addHelpText('after', '\nExit codes: 0 all targets met, 1 one missed or something broke, 2 wrong usage.')
    .action(async (options: BenchOptions) => {
      process.exitCode = await bench(options);
    });
  cli
    .command('push')
    .description("Measures the gate's rules against a service that records every call: asked, seen, whether it holds.")
    .option('--only <text>', 'rows whose names contain it')
    .option('--json', 'print all figures as one line of JSON; the table goes to stderr')
    .addHelpText('after', '\nExit codes: 0 all rules hold, 1 one is broken, 2 wrong usage.')
    .action(async (_: PushOptions, command: Command) => {
      process.exitCode = (await push(command.optsWithGlobals<PushOptions>())) ? EXIT.ok : EXIT.missed;
    });
  cli
    .command('reduce')
    .description(
      'Measures freezing, merging and report.csv beside csv-stringify alone, of 1 million rows and of 19 million.',
    )
    .option('--quick', 'without the 19 million')
    .option('--json', 'print all figures as one line of JSON; progress goes to stderr')
    .action(async (_, command: Command) => {
      // Options of one name as the bench's own are the bench's, wherever they stand.
      process.exitCode = (await benchReduce(command.optsWithGlobals<BenchOptions>())) ? EXIT.ok : EXIT.missed;
    });
  cli
    .command('source')
    .description('Measures a splitter over a CSV file of a million rows beside csv-parse alone.')
    .option('--quick', 'a fifth of the rows')
    .option('--json', 'print all figures as one line of JSON; progress goes to stderr')
    .action(async (_, command: Command) => {
      process.exitCode = (await benchSource(command.optsWithGlobals<BenchOptions>())) ? EXIT.ok : EXIT.missed;
    });
  cli
    .command('callbacks')
    .description('Measures 10,000 children that wait at once, and their callbacks, beside bare pairs of writes.')
    .option('--quick', 'with 1,000')
    .option('--json', 'print all figures as one line of JSON; progress goes to stderr')
    .action(async (_, command: Command) => {
      process.exitCode = (await benchCallbacks(command.optsWithGlobals<BenchOptions>())) ? EXIT.ok : EXIT.missed;
    });
  cli
    .command('tasks')
    .description(
      'Measures 100,000 tasks, created, cancelled and called, beside bare conditional puts; --children says how many.',
    )
    .option('--quick', 'with 2,000')
    .option('--json', 'print all figures as one line of JSON; progress goes to stderr')
    .action(async (_, command: Command) => {
      process.exitCode = (await benchTasks(command.optsWithGlobals<BenchOptions>())) ? EXIT.ok : EXIT.missed;
    });
  return cli;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 10_000_000) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to 10,000,000; received ${JSON.stringify(text)}.`);
}

try {
  await program().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    process.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT.missed;
  }
}
