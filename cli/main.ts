import { EXIT } from './exit-codes.ts';
import { leaveOut } from './pipelines.ts';
import { execute } from './program.ts';

/** npm passes on what the terminal has sent already: the same Ctrl-C comes twice. */
const SAME_KEY_MS = 500;

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
        process.stderr.write('\nStopping…\n');
      } else if (performance.now() - first > SAME_KEY_MS) process.exit(EXIT.interrupted);
    });
  }
  return abort.signal;
}

/** The process's own command line. @param unbuilt the pipelines that don't build, each with its error */
export async function main(unbuilt: ReadonlyMap<string, string>): Promise<void> {
  leaveOut(unbuilt);
  // A reader that has seen enough, such as head, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.ok);
    throw error;
  });
  const { stdout, stderr } = process;
  const signal = interruptible();
  process.exitCode = await execute(process.argv.slice(2), { stdout, stderr, signal });
  // A request that nobody waits for any more would keep the process for as long as it takes.
  if (signal.aborted) process.exit();
}
