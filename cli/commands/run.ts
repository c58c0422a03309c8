import { relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileTelemetry } from '../../local/file-log.ts';
import { localConfig, localHandlers } from '../../local/handlers.ts';
import { type Host, startHost } from '../../local/host.ts';
import { startRun } from '../../shared/control/start.ts';
import { readProgress } from '../../shared/control/status.ts';
import type { Json } from '../../shared/domain/json.ts';
import { isFinal } from '../../shared/domain/run.ts';
import { wire } from '../../shared/lambda/wire.ts';
import { EXIT } from '../exit-codes.ts';
import { localTable, OUT_DIR, stateDir } from '../local-state.ts';
import { fetchOutput, type LocalSummary } from '../output.ts';
import { loadPipeline } from '../pipelines.ts';
import { format, progressDisplay } from '../progress.ts';

export interface RunOptions {
  readonly limit?: number;
  readonly runId?: string;
  readonly params?: Json;
  readonly endpoint?: string;
  readonly json?: boolean;
}

const POLL_MS = 250;

/** Runs a pipeline on this machine from start to report; returns the exit code. */
export async function run(name: string, options: RunOptions, signal: AbortSignal): Promise<number> {
  const pipeline = await loadPipeline(name);
  const display = progressDisplay(process.stderr);
  const state = stateDir(name);
  const telemetry = fileTelemetry(`${state}/logs/functions.log`);
  display.phase(`Starting ${name} on this machine…`);
  let host: Host | undefined;
  try {
    host = await startHost({
      pipeline,
      handlers: localHandlers(pipeline, telemetry),
      stateDir: state,
      tableDefinition: localTable,
      endpointUrl: options.endpoint,
    });
    const deps = wire(pipeline, localConfig(host.env), telemetry);
    const { limit, runId, params } = options;
    const started = await startRun(deps, { limit, runId, params }, 'cli');
    const ended = (async () => {
      for (;;) {
        signal.throwIfAborted();
        const progress = await readProgress(deps, started.runId);
        display.update(progress);
        if (isFinal(progress.record.status)) return progress.record;
        await delay(POLL_MS, undefined, { signal });
      }
    })();
    const broken = host.failure.then((error) => Promise.reject(error));
    const record = await Promise.race([ended, broken]);
    display.stop();
    if (record.summary === null) throw new Error(`Run ${record.run} ended without a summary.`);
    const summary = await fetchOutput(deps.objects, record.summary, OUT_DIR);
    process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : inWords(summary));
    return summary.status.startsWith('succeeded') ? EXIT.ok : EXIT.failed;
  } catch (error) {
    display.stop();
    if (!signal.aborted) throw error;
    process.stderr.write('Stopped. Nothing is left running.\n');
    return EXIT.interrupted;
  } finally {
    await host?.stop();
    await telemetry.close();
  }
}

function inWords({ runId, status, counts, seconds, reasons, statistics, paths }: LocalSummary): string {
  const lines = [
    '',
    `Run ${runId} ${status.replaceAll('-', ' ')} in ${seconds.toFixed(1)} s`,
    `  children   ${format(counts.total)} (${format(Math.round(counts.total / Math.max(seconds, 0.001)))}/s): ` +
      `${format(counts.succeeded)} succeeded, ${format(counts.failed)} failed` +
      (counts.cancelled + counts.expired > 0 ? `, ${format(counts.cancelled + counts.expired)} given up` : ''),
    ...reasons.slice(0, 5).map(({ reason, count }) => `             ${format(count)} × ${reason}`),
  ];
  if (statistics && statistics.count > 0) {
    const { value, min, median, p95, max } = statistics;
    const one = (n: number | null) => (n === null ? '–' : n.toLocaleString('en-US', { maximumFractionDigits: 1 }));
    lines.push(`  ${value.padEnd(10)} min ${one(min)} · median ${one(median)} · p95 ${one(p95)} · max ${one(max)}`);
  }
  const labels = { report: 'report', html: 'page', email: 'email', summary: 'summary' };
  for (const [key, label] of Object.entries(labels)) {
    const path = Reflect.get(paths, key);
    if (typeof path === 'string') lines.push(`  ${label.padEnd(10)} ${relative(process.cwd(), path)}`);
  }
  return `${lines.join('\n')}\n`;
}
