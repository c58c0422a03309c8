import { setMaxListeners } from 'node:events';
import { endAllGroups } from './processes.ts';

const INTERRUPTED = 130;

/**
 * Does the work of a test that starts processes, and leaves none of them behind.
 * @param work stops at its signal; gives an exit code
 * @returns the exit code; 1 for an error, which is printed
 */
export async function supervised(minutes: number, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const abort = new AbortController();
  const stop = (reason: string) => () => abort.abort(new Error(reason));
  process.once('SIGINT', stop('interrupted'));
  process.once('SIGTERM', stop('terminated'));
  process.on('exit', endAllGroups);
  const deadline = setTimeout(stop(`not done after ${minutes} minutes`), minutes * 60_000);
  const { signal } = abort;
  // Each process that was started listens.
  setMaxListeners(0, signal);
  // A connection somebody forgot to close must not keep the test from ending.
  const endSoon = () => setTimeout(() => process.exit(), 2_000).unref();
  try {
    return await work(signal);
  } catch (error) {
    if (signal.aborted) {
      console.error(`Stopped: ${signal.reason instanceof Error ? signal.reason.message : signal.reason}.`);
      return INTERRUPTED;
    }
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    return 1;
  } finally {
    clearTimeout(deadline);
    endAllGroups();
    endSoon();
  }
}

/** Does a step of a test; says which, and how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  process.stdout.write(`${name} … `);
  try {
    const done = await work();
    console.log(`${((performance.now() - from) / 1_000).toFixed(1)} s`);
    return done;
  } catch (error) {
    console.log('failed');
    throw error;
  }
}
