import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { RATE, Simulation } from './simulation.ts';

const EXIT = { ok: 0, missed: 1, usage: 2 } as const;
/** Children after which the memory that later ones are held against is measured. */
const FIRST = 1_000_000;
const MB = 1_048_576;
const FAILED_PERCENT = 1;

interface Options {
  readonly children: number;
  readonly redrive?: boolean;
  readonly json?: boolean;
}

interface Memory {
  readonly children: number;
  /** Heap and buffers after a full collection, less what stores and queues hold, MB. */
  readonly outsideMB: number;
  readonly storedMB: number;
  readonly rssMB: number;
}

async function scale({ children, redrive, json }: Options): Promise<number> {
  const simulation = await Simulation.make(children, redrive ? FAILED_PERCENT : 0);
  try {
    const { record, samples, seconds, peakRssMB } = await measured(simulation, children);
    const finishSeconds = Math.round(simulation.longestFinish);
    const redriven = redrive ? await measuredRedrive(simulation) : null;
    const { meter, traffic, objects } = simulation;
    const first = samples.find((sample) => sample.children >= Math.min(FIRST, children)) ?? samples[0];
    const last = samples.at(-1);
    const most = Math.max(...samples.filter((sample) => sample.children >= FIRST).map(({ outsideMB }) => outsideMB), 0);
    const figures = {
      children,
      status: record.status,
      total: record.counts?.total ?? 0,
      succeeded: record.counts?.succeeded ?? 0,
      seconds: Math.round(seconds),
      childrenPerSecond: Math.round(children / seconds),
      writeUnitsPerChild: meter.writeUnits / children,
      writesPerChild: meter.writes / children,
      readUnitsPerChild: meter.readUnits / children,
      queueRequestsPerChild: traffic.requests / children,
      queueBilledPerChild: traffic.billed / children,
      objectRequests: objects.requests,
      writtenMB: Math.round(objects.written / MB),
      largestItem: meter.largest,
      busiestKey: meter.busiest,
      atRate: RATE,
      memoryFirst: first,
      memoryLast: last,
      memoryMostMB: most,
      peakRssMB,
      finishSeconds,
      ...redriven,
    };
    const succeeded = redrive ? redriven?.redriveSucceeded : record.counts?.succeeded;
    const checks = {
      'all children are in the report': record.counts?.total === children && succeeded === children,
      'no item above 100 KB': meter.largest.bytes < 100 * 1_024,
      'no partition key written more than 200 times a second': meter.busiest.writes <= 200,
      // Sets of segments and the manifest grow by a few bytes a thousand children: that is the run's own record.
      'memory outside the stores flat': first !== undefined && most <= first.outsideMB + 32,
      'one mail': simulation.mailer.sent.length === (redrive ? 2 : 1),
      'every finish within fifteen minutes': Math.max(finishSeconds, redriven?.redriveFinishSeconds ?? 0) < 900,
    };
    process.stdout.write(json ? `${JSON.stringify({ figures, checks })}\n` : textOf(figures, checks));
    return Object.values(checks).every(Boolean) ? EXIT.ok : EXIT.missed;
  } finally {
    await simulation.objects.remove();
  }
}

/** The redrive of what failed: its report is the whole one again. */
async function measuredRedrive(simulation: Simulation) {
  const started = performance.now();
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 200);
  const record = await simulation.redrive(() => {});
  clearInterval(timer);
  return {
    redriveStatus: record.status,
    redriveSucceeded: record.counts?.succeeded ?? 0,
    redriveSeconds: Math.round((performance.now() - started) / 1_000),
    redriveFinishSeconds: Math.round(simulation.longestFinish),
    redrivePeakRssMB: Math.round(peak / MB),
  };
}

async function measured(simulation: Simulation, children: number) {
  const collect = collector();
  const samples: Memory[] = [];
  const started = performance.now();
  const every = Math.max(1, Math.min(FIRST, Math.floor(children / 4)));
  let next = every;
  let shown = started;
  let peakRssMB = 0;
  const sample = () => {
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    const stored = simulation.storedBytes;
    samples.push({
      children: simulation.calls,
      outsideMB: Math.round((heapUsed + external - stored) / MB),
      storedMB: Math.round(stored / MB),
      rssMB: Math.round(rss / MB),
    });
  };
  const record = await simulation.run(() => {
    peakRssMB = Math.max(peakRssMB, Math.round(process.memoryUsage.rss() / MB));
    if (simulation.calls >= next) {
      next += every;
      sample();
    }
    const now = performance.now();
    if (now - shown < 10_000) return;
    shown = now;
    const rate = simulation.calls / ((now - started) / 1_000);
    const left = Math.ceil((children - simulation.calls) / rate);
    process.stderr.write(
      `${simulation.calls} of ${children} children, ${Math.round(rate)}/s, ${left} s to go, ${peakRssMB} MB at most\n`,
    );
  });
  sample();
  return { record, samples, seconds: (performance.now() - started) / 1_000, peakRssMB };
}

/** A full garbage collection: what is left is held. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  return () => {
    if (typeof gc === 'function') gc();
  };
}

function textOf(figures: Record<string, unknown>, checks: Record<string, boolean>): string {
  const value = (of: unknown) => (typeof of === 'object' ? JSON.stringify(of) : String(of));
  const lines = Object.entries(figures).map(([name, of]) => `${name.padEnd(24)} ${value(of)}`);
  const said = Object.entries(checks).map(([name, met]) => `${met ? 'met   ' : 'MISSED'} ${name}`);
  return `${[...lines, '', ...said].join('\n')}\n`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 50_000_000) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to 50,000,000; received ${JSON.stringify(text)}.`);
}

try {
  await new Command('scale')
    .description(
      'Simulates one huge run: the real handlers over stores that keep only what is under way, without HTTP. Reports write units, SQS requests, item sizes, the busiest partition key and memory.',
    )
    .exitOverride()
    .showHelpAfterError('(add --help for all options)')
    .option('-n, --children <n>', 'children of the run', wholeNumber, 19_000_000)
    .option('--redrive', `let ${FAILED_PERCENT} % fail, and redrive them afterwards`)
    .option('--json', 'print one line of JSON')
    .addHelpText('after', '\nExit codes: 0 all targets met, 1 one missed or something broke, 2 wrong usage.')
    .action(async (options: Options) => {
      process.exitCode = await scale(options);
    })
    .parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}
