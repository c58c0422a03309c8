import { Argument, Command, Option } from 'commander';
import { packageVersion } from '../shared/project/package-version.ts';
import {
  childStatuses,
  eachOf,
  json,
  newRunId,
  rate,
  runId,
  several,
  stage,
  statuses,
  timeSpan,
  wholeNumber,
} from './arguments.ts';
import { completionScript, SHELLS } from './completion.ts';
import { endpoints } from './endpoints.ts';
import { explain, LeftError, withoutPasswords } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { EXIT_CODES, examples, PURGE, REFUSED, WHERE } from './help-texts.ts';
import { pipelineNames, pipelineToRun } from './pipelines.ts';
import { addTasks } from './tasks-program.ts';
import type { Terminal } from './terminal.ts';

/** Each command's module is loaded when it is called: help and mistakes are answered at once. */
function program(terminal: Terminal, exit: (code: number) => void): Command {
  const cli = new Command('microprocess')
    .description(
      'Splits a job into HTTP calls to the service that owns the logic, and reduces the answers to one report.',
    )
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(add --help for all options)')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(withoutPasswords(text)),
    })
    .addHelpText('after', `${WHERE}\n${EXIT_CODES}`);

  const names = pipelineNames().join(', ');
  /** A command that acts at a stage or here. */
  const command = (nameAndArguments: string, description: string) =>
    cli
      .command(nameAndArguments)
      .description(description)
      .option('-s, --stage <name>', 'a deployed stage, such as dev or prod', stage)
      .option('--local', 'this machine, whatever MICROPROCESS_STAGE says');
  const ofPipeline = (cmd: Command) => cmd.option('-P, --pipeline <name>', `one of: ${names}`);
  const jsonOption = (what: string) => new Option('--json', what);
  const endpoint = () =>
    new Option(
      '-e, --endpoint <url>',
      "on this machine: call this instead of the pipeline's own service; as <name>=<url> instead of the one of that name",
    ).argParser(endpoints);
  const aws = () =>
    new Option(
      '--aws',
      'on this machine: let the source read S3 and tables of your own account, by your own credentials',
    );
  const startOptions = (cmd: Command) =>
    cmd
      .option('-l, --limit <n>', 'take the first n items only', wholeNumber)
      .option('-f, --file <path>', 'read this file instead of the one that the source names; at a stage it is uploaded')
      .option('-i, --items <path>', "call these items, JSON Lines, in place of the source's; - for standard input")
      .option('-p, --params <json>', "the run's parameters, as the definition types them", json)
      .option('--run-id <id>', 'name the run; the same id and input again is the same run', newRunId)
      .addOption(aws())
      .option('--canary <n>', 'call the first n alone; the rest follows once they went well', wholeNumber)
      .option('--dry-run', 'only say what it would come to: children, time and cost; nothing is called');

  startOptions(
    ofPipeline(
      cli.command('run').description('Run a pipeline on this machine, from start to report: no account, no Docker.'),
    ),
  )
    .argument('[pipeline]', `the same as --pipeline; by default ${pipelineToRun() ?? 'none'}`)
    .addOption(endpoint())
    .option('--open', 'open a page that shows it live, and stays until Ctrl-C')
    .addOption(jsonOption('print summary.json as the only line on stdout'))
    .addHelpText(
      'after',
      `${examples(
        `npm start                                     all of ${pipelineToRun() ?? 'the pipeline'}`,
        'npm start -- --limit 2000                     its first 2,000 items',
        'npm start -- --open                           with a page that shows it live',
        `npm start -- --params '{"country":"AU"}'      with parameters`,
        'npm start -- my-pipeline --endpoint http://localhost:3000',
        'npm start -- my-pipeline --file companies.csv',
        'jq -c ".companies[]" all.json | npm start -- my-pipeline --items -',
      )}

Results go to out/<run id>/: report.csv, report.html, email.eml, summary.json. State stays in .state/: "show", "failures" and
"redrive" work after the run, and other terminals can "watch", "pause" and "cancel" it meanwhile. An interrupted run goes on
with "resume <run>".
${EXIT_CODES}`,
    )
    .action(async (pipeline, options) =>
      exit(await (await import('./commands/run.ts')).run(pipeline, options, terminal)),
    );

  startOptions(
    ofPipeline(
      command('start [pipeline]', 'Start a run at a stage, by its splitter; on this machine the same as run.'),
    ),
  )
    .addOption(endpoint())
    .option('-w, --watch', 'follow it to its end and fetch its report')
    .addOption(jsonOption('print {"runId", "status", "created"}; with --watch, and on this machine, summary.json'))
    .addHelpText(
      'after',
      `${examples(
        'microprocess start --stage prod',
        'microprocess start --stage dev --run-id march --limit 100   can be repeated safely',
      )}\n${WHERE}`,
    )
    .action(async (pipeline, options) =>
      exit(await (await import('./commands/start.ts')).start(pipeline, options, terminal)),
    );

  ofPipeline(command('list', 'List runs, newest first.'))
    .option('-l, --limit <n>', 'at most so many', wholeNumber, 20)
    .option('-a, --active', 'only those that have not ended')
    .addOption(jsonOption('print a JSON array'))
    .addHelpText('after', WHERE)
    .action(async (options) => exit(await (await import('./commands/list.ts')).list(options, terminal)));

  ofPipeline(command('watch', "Show a run's progress, rate and time left, until it ends."))
    .argument('[run]', 'a run id; the newest run where absent', runId)
    .addOption(jsonOption('print a JSON object a line, each time it looks'))
    .addHelpText('after', WHERE)
    .action(async (run, options) => exit(await (await import('./commands/watch.ts')).watch(run, options, terminal)));

  ofPipeline(command('show', 'Show a run, or one of its children: item, status, result, attempts and times.'))
    .argument('[run]', 'a run id; the newest run where absent', runId)
    .argument('[child]', 'a child id, such as 0-3.12.255')
    .addOption(jsonOption('print one JSON object'))
    .addHelpText('after', `${examples('microprocess show march', 'microprocess show march 0-3.12.255')}\n${WHERE}`)
    .action(async (run, child, options) =>
      exit(await (await import('./commands/show.ts')).show(run, child, options, terminal)),
    );

  ofPipeline(
    command('failures', 'List the children that did not succeed: item, status, reason, attempts, body excerpt.'),
  )
    .argument('[run]', 'a run id, also of one that goes on; the newest run where absent', runId)
    .option('-r, --reason <code>', 'only these, e.g. http-500 or timeout')
    .option('-l, --limit <n>', 'at most so many', wholeNumber)
    .addOption(jsonOption('print a JSON object a line (NDJSON), as they are read'))
    .addHelpText(
      'after',
      `${examples(
        'microprocess failures march --reason http-500 --limit 10',
        "microprocess failures march --json | jq -r '[.id, .reason] | @csv'",
      )}

Bodies are kept where the definition's report.bodyExcerpt allows it.
${WHERE}`,
    )
    .action(async (run, options) =>
      exit(await (await import('./commands/failures.ts')).failures(run, options, terminal)),
    );

  ofPipeline(
    command('children', "Print a run's children as JSON lines, or their items or results, to start another run with."),
  )
    .argument('<run>', 'a run id, also of one that goes on', runId)
    .option('--status <list>', 'succeeded, failed, cancelled, expired; by default all', childStatuses)
    .option('-l, --limit <n>', 'at most so many', wholeNumber)
    .addOption(new Option('--items', 'their items alone').conflicts('results'))
    .option('--results', 'their results alone')
    .addOption(jsonOption('the same: they are JSON in any case'))
    .addHelpText(
      'after',
      `${examples(
        'microprocess children march --status failed,expired --items | microprocess start scores --items -',
        'microprocess children march --status succeeded --results > scores.jsonl',
      )}
${WHERE}`,
    )
    .action(async (run, options) =>
      exit(await (await import('./commands/children.ts')).children(run, options, terminal)),
    );

  ofPipeline(
    command('refused', 'List messages that no function could take, newest first: when, why, and the ids they name.'),
  )
    .option('-l, --limit <n>', 'at most so many', wholeNumber, 20)
    .addOption(jsonOption('print a JSON array'))
    .addHelpText('after', `${REFUSED}\n${WHERE}`)
    .action(async (options) => exit(await (await import('./commands/refused.ts')).refused(options, terminal)));

  ofPipeline(command('acts', 'List who started, paused, cancelled and redrove runs at a stage, and who set limits.'))
    .option('-l, --limit <n>', 'at most so many', wholeNumber, 20)
    .addOption(jsonOption('print a JSON array'))
    .addHelpText('after', WHERE)
    .action(async (options) => exit(await (await import('./commands/acts.ts')).acts(options, terminal)));

  ofPipeline(command('cancel', 'Cancel a run: no new calls within five seconds, and the report says what was done.'))
    .argument('<run>', 'a run id', runId)
    .addOption(jsonOption('print the run as JSON'))
    .addHelpText('after', WHERE)
    .action(async (run, options) => exit(await (await import('./commands/control.ts')).cancel(run, options, terminal)));

  ofPipeline(command('pause', 'Pause a run; without one, the pipeline: its work queue is held back.'))
    .argument('[run]', 'a run id; without one, all runs of the pipeline', runId)
    .addOption(jsonOption('print the run, or {"pipeline", "paused"}, as JSON'))
    .addHelpText('after', `\nA paused run's deadline goes on.\n${WHERE}`)
    .action(async (run, options) => exit(await (await import('./commands/control.ts')).pause(run, options, terminal)));

  ofPipeline(
    command('resume', 'Resume a paused run, or one on this machine that was interrupted; without one, the pipeline.'),
  )
    .argument('[run]', 'a run id; without one, what was interrupted on this machine, or the pipeline', runId)
    .addOption(endpoint())
    .addOption(aws())
    .addOption(jsonOption('print the run, or {"pipeline", "paused"}, as JSON'))
    .addHelpText(
      'after',
      `\nWhat has no outcome is sent again; what is still queued becomes void, so nothing multiplies.\n${WHERE}`,
    )
    .action(async (run, options) => exit(await (await import('./commands/control.ts')).resume(run, options, terminal)));

  ofPipeline(
    command('limits [pipeline]', 'Show what calls are held to, set limits by hand, or open an endpoint that is shut.'),
  )
    .option('--rate <n>', 'calls that begin in a second at most', rate)
    .option('--in-flight <n>', 'calls open at once at most', wholeNumber)
    .option('--waiting <n>', 'children that wait for callbacks at once at most', wholeNumber)
    .option('--for <time>', 'how long these hold, such as 90s, 30m or 2h; otherwise until --clear', timeSpan)
    .option('--clear', 'take back what was set by hand')
    .option('--open', 'call the service again at once, whatever shut it')
    .addOption(jsonOption('print what holds as JSON'))
    .addHelpText(
      'after',
      `${examples(
        'microprocess limits scores --rate 50 --for 2h --stage prod   by itself back after two hours',
        'microprocess limits scores --open                            do not wait any longer',
      )}

Forwarders hold them within two seconds, those of other pipelines that share its budget (limits.sharedAs) too.
${WHERE}`,
    )
    .action(async (pipeline, options) =>
      exit(await (await import('./commands/limits.ts')).limits(pipeline, options, terminal)),
    );

  ofPipeline(command('redrive', "Call again what failed in an ended run, at today's endpoint: one whole new report."))
    .argument('<run>', 'a run id', runId)
    .option('--status <list>', 'failed, cancelled, expired; by default failed', statuses)
    .option('-r, --reason <list>', 'only these reason codes, e.g. http-500,timeout', several)
    .addOption(endpoint())
    .option('-w, --watch', 'follow it to its end and fetch its report')
    .addOption(jsonOption('as start --json'))
    .addHelpText(
      'after',
      `${examples(
        'microprocess redrive march',
        'microprocess redrive march --status cancelled,expired',
        'microprocess redrive march --reason http-503 --stage prod --watch',
      )}

It makes the run <run>~2, then ~3 …; its report holds every row of the first, with the new outcomes in place.
${WHERE}`,
    )
    .action(async (run, options) =>
      exit(await (await import('./commands/redrive.ts')).redrive(run, options, terminal)),
    );

  ofPipeline(command('report', 'Fetch what a run made: report.csv, report.html, email.eml, summary.json.'))
    .argument('[run]', 'a run id; the newest run where absent', runId)
    .option('-o, --out <folder>', 'where to; its own folder in there is named after the run (default: out/)')
    .addOption(jsonOption('print summary.json, with the paths'))
    .addHelpText('after', WHERE)
    .action(async (run, options) => exit(await (await import('./commands/report.ts')).report(run, options, terminal)));

  command('console', 'Show the runs of all pipelines on a page, live, and act on them there: a link for your browser.')
    .option('--no-open', "only print the link, don't open the browser")
    .addHelpText(
      'after',
      `\nIt listens on this machine alone, works with your own credentials, and ends with Ctrl-C. The link works once.\n${WHERE}`,
    )
    .action(async (options) => exit(await (await import('./commands/console.ts')).console(options, terminal)));

  addTasks(cli, names, terminal, exit);

  cli
    .command('api')
    .description('Serve the HTTP API of all pipelines on this machine: its address is printed.')
    .option('-p, --port <n>', 'listen here (default: where it did before, if that is free)', wholeNumber)
    .action(async (options) => exit(await (await import('./commands/api.ts')).api(options, terminal)));

  ofPipeline(
    command('purge', 'Delete an ended run and its redrives, or all that is kept of one item; or empty the work queue.'),
  )
    .argument('[run]', 'a run id; with neither a run nor --item, all messages of the work queue', runId)
    .option(
      '--item <text>',
      'look for an item by its label, key or any text; repeat it for each text; with --yes delete the runs that hold one',
      eachOf,
    )
    .option('-y, --yes', 'yes, delete it')
    .addOption(jsonOption('print {"pipeline", "purged"}, of a run or item with what remains'))
    .addHelpText('after', `${PURGE}\n${WHERE}`)
    .action(async (run, options) => exit(await (await import('./commands/purge.ts')).purge(run, options, terminal)));

  ofPipeline(
    command(
      'doctor',
      'Check what a run needs and say what to do: credentials, quotas, queues, SES …; or this machine.',
    ),
  )
    .addOption(jsonOption('print a JSON array of {"name", "result", "detail", "next"}'))
    .addHelpText(
      'after',
      `\nIt changes nothing and needs no more than a viewer's rights: what it may not see is a warning. Exit code 1 where a check fails;\nwarnings alone are 0.\n${WHERE}`,
    )
    .action(async (options) => exit(await (await import('./commands/doctor.ts')).doctor(options, terminal)));

  cli
    .command('init')
    .description('Make a new project: a pipeline, a service, a test and a CDK app of three lines.')
    .argument('<folder>', 'a new folder, or an empty one')
    .option(
      '--package <spec>',
      'the microprocess that it depends on: a version, a tarball, a folder; this one by default',
    )
    .action(async (folder, options) =>
      exit(await (await import('./commands/init.ts')).init(folder, options, terminal)),
    );
  cli
    .command('completion')
    .description('Print a script that completes commands, options and pipelines in your shell.')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', examples('source <(microprocess completion bash)     in ~/.bashrc; likewise in ~/.zshrc'))
    .action((shell) => void terminal.stdout.write(completionScript(cli, shell)));
  return cli;
}

/** Runs a command line; gives the exit code, and never throws. */
export async function execute(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = EXIT.ok;
  try {
    await program(terminal, (ended) => {
      code = ended;
    }).parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (terminal.signal.aborted) {
      terminal.stderr.write(
        error instanceof LeftError ? `${error.message}\n` : 'Stopped. Nothing of it is left running.\n',
      );
      return EXIT.interrupted;
    }
    const said = explain(error);
    if (said.message !== null) terminal.stderr.write(`error: ${said.message}\n`);
    return said.code;
  }
}
