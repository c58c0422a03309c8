import type { AskedHere } from '../../local/asked-here.ts';
import { fileLog } from '../../local/file-log.ts';
import { type Host, startHost } from '../../local/host.ts';
import { WorkEndedError } from '../../local/join.ts';
import { filesHere } from '../../local/source-files.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import { errorLines } from '../error-lines.ts';
import { functionsLog } from '../home.ts';
import { aborted, type Terminal } from '../terminal.ts';
import { common, purge } from './local.ts';
import { digested, platformHere } from './platform-here.ts';
import type { Target } from './target.ts';

/**
 * Runs the pipeline in this process, and others for terminals that join, until it's closed. What its functions log as errors is said
 * on stderr.
 * @throws {StateBusyError} while another process does
 */
export async function startLocal(
  pipeline: Pipeline,
  flags: string,
  terminal: Pick<Terminal, 'stderr' | 'signal'>,
  asked: AskedHere = {},
): Promise<Target> {
  const say = errorLines(terminal.stderr, functionsLog());
  let closing = false;
  const log = fileLog(functionsLog());
  const heard = log.heardBy((message, fields) => {
    // What fails because everything is being ended is no news.
    if (!closing && !terminal.signal.aborted) say(message, fields);
  });
  try {
    const host = await startHost({
      first: { ...(await digested(pipeline)), ...asked },
      // Another pipeline's errors are said by the terminal that follows it.
      telemetry: (name) => (name === null || name === pipeline.name ? heard : log),
      ...platformHere(log),
    });
    const { first } = host;
    const deps = connectOperator(
      pipeline,
      first.resources,
      LOCAL_REGION,
      heard,
      filesHere(pipeline.name, asked.account),
    );
    const broken = Promise.race([host.failure, first.failure]).then(({ message }) =>
      Promise.reject(new WorkEndedError(message)),
    );
    // Nobody may be waiting for it when it happens.
    broken.catch(() => undefined);
    return {
      ...common(pipeline, flags),
      account: asked.account,
      worker: 'this',
      fresh: true,
      deps,
      broken,
      start: (request, hooks) => startRun(deps, request, 'cli', hooks),
      redrive: (run, filter, hooks) => redriveRun(deps, run, filter, hooks),
      pausePipeline: () => first.pause('work'),
      resumePipeline: async () => first.resume('work'),
      purge: () => purge(first.resources.work),
      isFollowed: () => host.guests.count > 0,
      async close() {
        await guestsGone(host, terminal);
        closing = true;
        await host.stop();
        await log.close();
      },
    };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** Other terminals' runs end with this process: it stays for them, unless it's told not to. */
async function guestsGone(host: Host, { stderr, signal }: Pick<Terminal, 'stderr' | 'signal'>): Promise<void> {
  if (signal.aborted || host.guests.count === 0) return;
  stderr.write(
    `Other terminals still follow ${host.guests.pipelines.join(', ')} here: this one stays until they are done. Ctrl-C interrupts their runs, which "resume" takes up again.\n`,
  );
  await Promise.race([host.guestsGone(), host.failure, aborted(signal).catch(() => undefined)]);
}
