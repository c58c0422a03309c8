import { type Command, Option } from 'commander';
import { json, newRunId, stage, wholeNumber } from './arguments.ts';
import { examples, WHERE } from './help-texts.ts';
import type { Terminal } from './terminal.ts';

const STATES = ['pending', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'] as const;
const TIMES = 'UNIX seconds, a time from now such as 90s or 2h, or a date and time with its zone: 2027-01-31T14:07:31Z';

/** The commands of tasks, below `tasks`. */
export function addTasks(cli: Command, names: string, terminal: Terminal, exit: (code: number) => void): void {
  const tasks = cli
    .command('tasks')
    .description('Create, list, show, move and cancel tasks: single calls, each at a time of its own.');
  const command = (nameAndArguments: string, description: string) =>
    tasks
      .command(nameAndArguments)
      .description(description)
      .option('-s, --stage <name>', 'a deployed stage, such as dev or prod', stage)
      .option('--local', 'this machine, whatever MICROPROCESS_STAGE says')
      .option('-P, --pipeline <name>', `one of: ${names}`);
  const load = () => import('./commands/tasks.ts');

  command('create', 'Create a task, or those of a file. The same again is the same task.')
    .argument('[item]', 'what the service is called with, as JSON', json)
    .option('-t, --at <time>', `when: ${TIMES}; by default now`)
    .option('--id <id>', 'name it; otherwise it gets an id', newRunId)
    .option('--latest <time>', 'afterwards it is not called any more')
    .option('--tasks <path>', 'JSON Lines of {"id", "executeAt", "item", "latest"}; - for standard input')
    .option('--json', 'print a JSON object a line, for each task')
    .addHelpText(
      'after',
      `${examples(
        `microprocess tasks create '{"to":"ann"}' --at 2027-01-31T14:07:31Z --id mail-17`,
        `microprocess tasks create '{"to":"ann"}' --at 90s --stage prod`,
        'microprocess tasks create --tasks mails.jsonl',
      )}\n${WHERE}`,
    )
    .action(async (item, options) => exit(await (await load()).create(item, options, terminal)));

  command('list', 'List tasks of one state, in the order of their times.')
    .addOption(new Option('--state <state>', 'which').choices(STATES).default('pending'))
    .option('--from <time>', 'no earlier ones')
    .option('--until <time>', 'no later ones')
    .option('-l, --limit <n>', 'at most so many, up to 100', wholeNumber, 50)
    .option('--cursor <text>', 'go on where the page before ended')
    .option('--json', 'print {"tasks", "cursor"}')
    .addHelpText('after', WHERE)
    .action(async (options) => exit(await (await load()).list(options, terminal)));

  command('late', 'Say how late tasks were called: the median, the 99th percentile and the latest.')
    .option('--hours <n>', 'of tasks asked for in the last so many hours', wholeNumber, 1)
    .option('--json', 'print {"tasks", "p50", "p99", "max"}, in milliseconds; null where none was called')
    .addHelpText('after', WHERE)
    .action(async (options) => exit(await (await load()).late(options, terminal)));

  command('show', 'Show a task: its state, times, calls, item and result.')
    .argument('<id>', "a task's id")
    .option('--json', 'print one JSON object')
    .addHelpText('after', WHERE)
    .action(async (id, options) => exit(await (await load()).show(id, options, terminal)));

  command('move', 'Move a task that has not been called to another time.')
    .argument('<id>', "a task's id")
    .argument('<time>', TIMES)
    .option('--json', 'print one JSON object')
    .addHelpText('after', WHERE)
    .action(async (id, time, options) => exit(await (await load()).move(id, time, options, terminal)));

  command('cancel', 'Cancel tasks: no call of them starts any more. Says which are being called, or have ended.')
    .argument('<id...>', "tasks' ids, up to 1,000")
    .option('--json', 'print a JSON object a line, for each task')
    .addHelpText('after', WHERE)
    .action(async (ids, options) => exit(await (await load()).cancel(ids, options, terminal)));

  tasks
    .command('work')
    .description('Call tasks on this machine as they come due, until Ctrl-C.')
    .option('-P, --pipeline <name>', `one of: ${names}`)
    .action(async (options) => exit(await (await load()).work(options, terminal)));
}
