import { Command, CommanderError, InvalidArgumentError } from 'commander';
import {
  DefinitionError,
  InputError,
  MicroprocessError,
  show as quoted,
  RunConflictError,
} from '../shared/domain/errors.ts';
import type { Json } from '../shared/domain/json.ts';
import { run } from './commands/run.ts';
import { show } from './commands/show.ts';
import { EXIT } from './exit-codes.ts';
import { pipelineNames } from './pipelines.ts';

const DEFAULT_PIPELINE = 'airport-access';

/** Ctrl-C asks the command to end by itself; a second one ends the process. */
function interruptible(): AbortSignal {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (abort.signal.aborted) process.exit(EXIT.interrupted);
      abort.abort();
    });
  }
  return abort.signal;
}

function program(): Command {
  const cli = new Command('microprocess')
    .description(
      'Splits a job into HTTP calls to the service that owns the logic, and reduces the answers to one report.',
    )
    .exitOverride()
    .showHelpAfterError('(add --help for all options)');
  cli
    .command('run')
    .description('Run a pipeline on this machine, from start to report: no account, no Docker.')
    .argument('[pipeline]', `one of: ${pipelineNames().join(', ')}`, DEFAULT_PIPELINE)
    .option('-l, --limit <n>', 'take the first n items only', wholeNumber)
    .option(
      '-e, --endpoint <url>',
      "call this service instead of the pipeline's own, e.g. http://localhost:3000",
      httpUrl,
    )
    .option('-p, --params <json>', "the run's parameters, as the definition types them", json)
    .option('--run-id <id>', 'name the run; the same id and input again is the same run')
    .option('--json', 'print summary.json as the only line on stdout')
    .addHelpText(
      'after',
      `
Examples:
  npm start                                     all of ${DEFAULT_PIPELINE}
  npm start -- --limit 2000                     its first 2,000 items
  npm start -- --params '{"country":"AU"}'      with parameters
  npm start -- my-pipeline --endpoint http://localhost:3000

Results go to out/<run id>/: report.csv, report.html, email.eml, summary.json.
Exit codes: 0 the run succeeded, 1 it failed, 2 wrong usage, 130 interrupted.`,
    )
    .action(async (pipeline: string, options) => {
      process.exitCode = await run(pipeline, options, interruptible());
    });
  cli
    .command('show')
    .description('Show a run on this machine, or one of its children.')
    .argument('<run>', 'a run id')
    .argument('[child]', 'a child id, such as 0-3.12.255')
    .option('--pipeline <name>', 'whose run it is', DEFAULT_PIPELINE)
    .option('--json', 'print one line of JSON')
    .action(async (id: string, child: string | undefined, { pipeline, ...options }) => {
      process.exitCode = await show(pipeline, id, child, options);
    });
  for (const command of cli.commands) command.exitOverride().showHelpAfterError('(add --help for all options)');
  return cli;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 1_000_000_000) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to 1,000,000,000; received ${quoted(text)}.`);
}

function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError(`It must be an http or https URL; received ${quoted(text)}.`);
}

function json(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It must be JSON; received ${quoted(text)}: ${String(error)}`);
  }
}

/** The code of an error, and what is said of it: what was asked wrongly is said without a stack. */
function codeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof MicroprocessError) {
    process.stderr.write(`error: ${error.message}\n`);
    const asked = [InputError, DefinitionError, RunConflictError].some((kind) => error instanceof kind);
    return asked ? EXIT.usage : EXIT.failed;
  }
  process.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT.failed;
}

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = codeOf(error);
}
