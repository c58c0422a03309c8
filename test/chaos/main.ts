import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { callbacksRun } from './callbacks.ts';
import { type ChaosResult, chaosRun } from './chaos.ts';
import { deployedRun } from './deployments.ts';
import { tasksRun } from './tasks.ts';

const EXIT = { ok: 0, wrong: 1, usage: 2 } as const;

interface Options {
  readonly seed: number;
  readonly runs: number;
  readonly children: number;
  readonly json?: boolean;
  readonly deployments?: boolean;
  readonly callbacks?: boolean;
  readonly tasks?: boolean;
}

const KINDS = ['lost', 'twice', 'stuck', 'mailsTooMany'] as const;

/** A run of each kind, by the option that asks for it. */
const RUNS = { deployments: deployedRun, callbacks: runCalledBack, tasks: runOfTasks, plain: chaosRun } as const;
type Kind = keyof typeof RUNS;

interface Result extends ChaosResult {
  /** Callbacks with tokens that we never signed and that were taken; absent where none call back. */
  readonly forgedAccepted?: number;
  /** Tasks that were called after a confirmed cancel, and before their time; absent where there are none. */
  readonly firedAfterCancel?: number;
  readonly early?: number;
}

/** Runs one seed after the other; gives the exit code. */
async function chaos({ seed, runs, children, json, ...asked }: Options): Promise<number> {
  const { deployments, callbacks, tasks } = asked;
  const kind = deployments ? 'deployments' : callbacks ? 'callbacks' : tasks ? 'tasks' : 'plain';
  const started = performance.now();
  const totals = {
    runs: 0,
    children: 0,
    lost: 0,
    twice: 0,
    stuck: 0,
    mails: 0,
    mailsTooMany: 0,
    forgedAccepted: 0,
    firedAfterCancel: 0,
    early: 0,
    wrong: 0,
  };
  const work = { calls: 0, crashes: 0, virtualSeconds: 0 };
  const wrong: { seed: number; problems: string[] }[] = [];
  const progress = new Progress(runs, started);
  for (let at = seed; at < seed + runs; at++) {
    const result = await attempt(at, children, kind);
    totals.runs += 1;
    for (const key of ['children', 'mails', ...KINDS] as const) totals[key] += result[key];
    for (const key of ['forgedAccepted', 'firedAfterCancel', 'early'] as const) totals[key] += result[key] ?? 0;
    work.calls += result.calls;
    work.crashes += result.crashes;
    work.virtualSeconds += Math.round(result.tookMs / 1_000);
    if (result.problems.length > 0) {
      totals.wrong += 1;
      wrong.push({ seed: at, problems: result.problems.slice(0, 10) });
      say(
        `seed ${at} is wrong; replay it with: npm run chaos -- --seed ${at} --runs 1 --children ${children}${kind === 'plain' ? '' : ` --${kind}`}`,
      );
      for (const problem of result.problems.slice(0, 10)) say(`  ${problem}`);
    }
    progress.show(totals.runs);
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  if (json) process.stdout.write(`${JSON.stringify({ seed, ...totals, ...work, seconds, failures: wrong })}\n`);
  else {
    const { lost, twice, stuck, mails, mailsTooMany, forgedAccepted, firedAfterCancel, early } = totals;
    const own = {
      callbacks: `mails ${mails} (${mailsTooMany} too many) · forged accepted ${forgedAccepted}`,
      tasks: `fired after a confirmed cancel ${firedAfterCancel} · early ${early}`,
    };
    const told = kind === 'callbacks' || kind === 'tasks' ? own[kind] : `mails ${mails} (${mailsTooMany} too many)`;
    const of = kind === 'tasks' ? 'tasks' : 'children';
    const what = `${work.calls} calls, ${work.crashes} crashes, ${Math.round(work.virtualSeconds / 3_600)} virtual hours`;
    process.stdout.write(`${what} in ${seconds} s\n`);
    process.stdout.write(
      `runs ${totals.runs} · ${of} ${totals.children} · lost ${lost} · twice ${twice} · stuck ${stuck} · ${told} · wrong ${totals.wrong}\n`,
    );
  }
  return totals.wrong === 0 ? EXIT.ok : EXIT.wrong;
}

/** A run that breaks the simulation itself is wrong as well: its seed must be named. */
async function attempt(seed: number, children: number, kind: Kind): Promise<Result> {
  try {
    return await RUNS[kind](seed, children);
  } catch (error) {
    const problems = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
    const none = { lost: 0, twice: 0, stuck: 1, mails: 0, mailsTooMany: 0, children: 0 };
    return { ...none, seed, tookMs: 0, calls: 0, crashes: 0, problems };
  }
}

async function runCalledBack(seed: number, children: number): Promise<Result> {
  const { told, ...result } = await callbacksRun(seed, children);
  return { ...result, forgedAccepted: told.forgedAccepted };
}

async function runOfTasks(seed: number, tasks: number): Promise<Result> {
  return { ...(await tasksRun(seed, tasks)), mails: 0, mailsTooMany: 0 };
}

/** Plain lines on stderr, one in five seconds at most. */
class Progress {
  readonly #runs: number;
  readonly #started: number;
  #shown: number;

  constructor(runs: number, started: number) {
    this.#runs = runs;
    this.#started = started;
    this.#shown = started;
  }

  show(done: number): void {
    const now = performance.now();
    if (now - this.#shown < 5_000) return;
    this.#shown = now;
    const rate = done / ((now - this.#started) / 1_000);
    say(`${done} of ${this.#runs} runs, ${rate.toFixed(1)}/s, ${Math.ceil((this.#runs - done) / rate)} s to go`);
  }
}

const say = (line: string) => void process.stderr.write(`${line}\n`);

function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `It must be a whole number from ${min} to ${max}; received ${JSON.stringify(text)}.`,
    );
  };
}

function program(): Command {
  return new Command('chaos')
    .description(
      'Runs the real handlers in virtual time under crashes, duplicates, disorder, delays, throttles, lost answers and a service that goes wrong in every way, and checks each report.',
    )
    .exitOverride()
    .showHelpAfterError('(add --help for all options)')
    .option('-s, --seed <n>', 'seed of the first run; each further run takes the next one', wholeNumber(0, 2 ** 31), 1)
    .option('-r, --runs <n>', 'runs', wholeNumber(1, 1_000_000), 100)
    .option('-c, --children <n>', 'children of each run', wholeNumber(0, 1_000_000), 1_000)
    .option('--deployments', 'deploy another definition in the middle of each run, and sometimes roll it back')
    .addOption(
      new Option(
        '--callbacks',
        'a fifth of the children is answered with 202 and called back: early, twice, late or never, beside forged callbacks',
      ).conflicts('deployments'),
    )
    .addOption(
      new Option(
        '--tasks',
        'tasks instead of runs, --children of them: created, moved and cancelled by clients that die, with lost messages and an index that lags',
      ).conflicts(['deployments', 'callbacks']),
    )
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  npm run chaos -- --seed 7 --runs 1000 --children 1000
  npm run chaos -- --seed 42 --runs 1          replays the run of seed 42 exactly
  npm run chaos -- --runs 1000 --deployments   with a deployment in the middle of each
  npm run chaos -- --callbacks --seed 5        with work that calls back later
  npm run chaos -- --tasks --seed 7 --runs 10  tasks, which no run has

The last line counts runs, children, those lost or there twice, runs that got stuck, mails, with --callbacks the forged ones that were taken, with --tasks those fired after a confirmed cancel or early, and runs with anything wrong.
Exit codes: 0 nothing is wrong, 1 something is, and its seed is named, 2 wrong usage.`,
    )
    .action(async (options: Options) => {
      process.exitCode = await chaos(options);
    });
}

try {
  await program().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
// Timers of simulated functions that died would keep the process for minutes.
process.exit();
