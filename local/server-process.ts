import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { MicroprocessError } from '../shared/domain/errors.ts';
import { openLog } from './log-file.ts';

/** Time a server may take until it listens. */
const START_MS = 30_000;

export interface ServerProcessOptions<T> {
  /** For messages, such as `airports (clone)`. */
  readonly name: string;
  /** A file that plain Node runs. It prints `{"listening": …}` as the first line of stdout once it's ready. */
  readonly script: string;
  readonly listening: z.ZodType<T>;
  readonly args?: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Gets what the server prints, except that first line. */
  readonly logFile: string;
  /** Milliseconds it gets to end when told to; 5,000 by default. */
  readonly graceMs?: number;
  /** On a thread of this process: for a moment that is, as it saves starting Node but shares its memory. `nodeFlags` have no effect. */
  readonly onThread?: boolean;
}

/** A server process has ended, or never began to listen; the message has its last words. */
export class ServerEndedError extends MicroprocessError {
  readonly code = 'server-ended';
  /** Null where a signal ended it, or it was never there. */
  readonly exitCode: number | null;

  constructor(message: string, exitCode: number | null) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A server in a process of its own. */
export interface ServerProcess<T> {
  readonly listening: T;
  readonly pid: number;
  /** Resolves with what happened when the process ends without {@link stop}; never otherwise. */
  readonly failure: Promise<Error>;
  /** Aborts when the process ends, or is told to: what its connections say from then on is no answer. */
  readonly gone: AbortSignal;
  /** Ends it: closes its stdin and sends SIGTERM, then SIGKILL where that isn't enough. */
  stop(): Promise<void>;
}

/**
 * Starts a server process and waits until it listens. It has its own process group, so that Ctrl-C reaches it through its
 * parent only, and it ends when its stdin closes, which the system does even for a parent that was killed.
 * @throws {ServerEndedError} where it ends, stays silent for 30 seconds or says something else instead
 */
export async function startServerProcess<T>(options: ServerProcessOptions<T>): Promise<ServerProcess<T>> {
  const { name, logFile, graceMs = 5_000 } = options;
  const log = openLog(logFile, (lines) => `(${lines} lines could not be written to this log)`);
  const running = await (options.onThread ? threadOf(options) : processOf(options));
  const tail: string[] = [];
  const keep = (line: string) => {
    tail.push(line);
    if (tail.length > 20) tail.shift();
    log.write(line);
  };
  createInterface(running.stderr).on('line', keep);
  const stdout = createInterface(running.stdout);

  let stopping = false;
  const gone = new AbortController();
  const exited = running.exited.then(
    ({ how, code }) => new ServerEndedError(`${name} ended (${how})${printed(tail, logFile)}`, code),
    (error: unknown) => new ServerEndedError(`${name} could not be started: ${String(error)}`, null),
  );
  running.onExit(() => gone.abort());
  void exited.then(log.close);
  const stop = async () => {
    stopping = true;
    gone.abort();
    running.end();
    const force = setTimeout(running.kill, graceMs);
    await exited;
    clearTimeout(force);
  };

  try {
    const listening = await firstLine(stdout, exited, name, options.listening);
    stdout.on('line', keep);
    const failure = new Promise<Error>((resolve) => {
      void exited.then((error) => {
        if (!stopping) resolve(error);
      });
    });
    return { listening, pid: running.pid, failure, gone: gone.signal, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstLine<T>(
  stdout: NodeJS.EventEmitter,
  exited: Promise<Error>,
  name: string,
  schema: z.ZodType<T>,
): Promise<T> {
  const giveUp = AbortSignal.timeout(START_MS);
  const line = once(stdout, 'line', { signal: giveUp }).then(
    ([text]) => String(text),
    () => new ServerEndedError(`${name} did not listen within ${START_MS / 1_000} s`, null),
  );
  const first = await Promise.race([line, exited]);
  if (first instanceof Error) throw first;
  const parsed = z.object({ listening: schema }).safeParse(json(first));
  if (parsed.success) return parsed.data.listening;
  throw new ServerEndedError(
    `${name} printed ${JSON.stringify(first.slice(0, 200))} first; allowed: {"listening": …} and nothing else`,
    null,
  );
}

/** A server that was started, wherever it runs. */
interface Running {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once it has ended and all that it printed is here. */
  readonly exited: Promise<{ readonly how: string; readonly code: number | null }>;
  onExit(listener: () => void): void;
  /** Tells it to end. */
  end(): void;
  kill(): void;
}

async function processOf({
  name,
  script,
  args = [],
  nodeFlags = [],
  env = process.env,
}: ServerProcessOptions<unknown>): Promise<Running> {
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], { env, detached: true, stdio: 'pipe' });
  // Without a process there are no streams either, as where no file can be opened any more.
  if (child.pid === undefined)
    throw new ServerEndedError(`${name} could not be started: ${await once(child, 'error')}`, null);
  child.stdin.on('error', () => {}); // EPIPE when it is already gone; its exit is reported.
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    exited: once(child, 'close').then(([code, signal]) => ({
      how: signal ?? `exit code ${code}`,
      code: typeof code === 'number' ? code : null,
    })),
    onExit: (listener) => void child.once('exit', listener),
    end() {
      child.stdin.end();
      child.kill('SIGTERM');
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

function threadOf({ script, args = [], env = process.env }: ServerProcessOptions<unknown>): Running {
  const worker = new Worker(script, { argv: [...args], env, stdin: true, stdout: true, stderr: true });
  const { stdin, stdout, stderr } = worker;
  const exited = new Promise<number>((resolve) => worker.once('exit', resolve));
  // Node prints what a thread throws, unless the thread that started it listens: it ends all the same.
  worker.on('error', (error) => stderr.push(`${error.stack}\n`));
  return {
    pid: process.pid,
    stdout,
    stderr,
    exited: Promise.all([exited, finished(stdout), finished(stderr)]).then(([code]) => ({
      how: `exit code ${code}`,
      code,
    })),
    onExit: (listener) => void worker.once('exit', listener),
    end: () => void stdin?.end(),
    kill: () => void worker.terminate(),
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const printed = (tail: readonly string[], logFile: string) =>
  tail.length === 0 ? '' : `; its last words, more of them in ${logFile}:\n${tail.join('\n')}`;
