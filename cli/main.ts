import { setTimeout as delay } from 'node:timers/promises';
import { reachThisMachineDirectly } from '../local/environment.ts';
import { readEnvFile } from './env-file.ts';
import { EXIT } from './exit-codes.ts';
import { neverBlocking } from './never-blocking.ts';
import { type BundledPipelines, useBundles } from './pipelines.ts';
import { execute } from './program.ts';
import { aborted } from './terminal.ts';

/** npm passes on what the terminal has sent already: the same Ctrl-C comes twice. */
const SAME_KEY_MS = 500;

/** What a reader that takes nothing gets at the end. */
const LAST_WORDS_MS = 1_000;

/** Ctrl-C asks the command to end by itself; a second one ends the process, and its children with it. */
function interruptible(): AbortSignal {
  const abort = new AbortController();
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (!abort.signal.aborted) {
        first = performance.now();
        abort.abort();
        // Below the ^C; the command says what stops, and what goes on.
        process.stderr.write('\n');
      } else if (performance.now() - first > SAME_KEY_MS) process.exit(EXIT.interrupted);
    });
  }
  return abort.signal;
}

/**
 * Goes on whatever becomes of a stream: who reads it decides nothing about the work.
 * @returns what kept something from being written, where it wasn't the reader who left
 */
function outlive(stream: NodeJS.WriteStream): () => Error | null {
  let failure: Error | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // EIO: the terminal is gone.
    if (error.code !== 'EPIPE' && error.code !== 'EIO') failure ??= error;
  });
  return () => failure;
}

/** The process's own command line. @param pipelines what bin.mjs has made of the project's */
export async function main(pipelines: BundledPipelines): Promise<void> {
  useBundles(pipelines);
  readEnvFile();
  reachThisMachineDirectly();
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) neverBlocking(stream);
  const unwritten = outlive(stdout);
  outlive(stderr);
  // A terminal that is closed is a reader that leaves: the run goes on, and another terminal can watch or cancel it.
  process.on('SIGHUP', () => undefined);
  const signal = interruptible();
  const code = await execute(process.argv.slice(2), { stdin, stdout, stderr, signal });
  // The result has its reader's time, and so has a terminal that is stopped; Ctrl-C ends that too.
  const taken = Promise.all([written(stdout), stderr.isTTY && written(stderr)]);
  await Promise.race([taken, aborted(signal).catch(() => undefined)]);
  const error = unwritten();
  if (error) stderr.write(`error: What was to be said could not be written: ${error.message}\n`);
  await Promise.race([Promise.all([taken, written(stderr)]), delay(LAST_WORDS_MS)]);
  // A timer or a request of a pipeline's own code, which nobody waits for any more, would keep the process for as long as it takes.
  process.exit(error && code === EXIT.ok ? EXIT.failed : code);
}

/** Resolves behind all that was written before, also where it could not be. */
const written = (stream: NodeJS.WriteStream) => new Promise<void>((resolve) => void stream.write('', () => resolve()));
