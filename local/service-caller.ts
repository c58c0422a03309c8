import type { Caller } from '../shared/ports/caller.ts';

/** A process that died breaks its connections a moment before its parent hears of it. */
const HEARD_MS = 500;

/** A connection that breaks in the middle of an answer shows as one of the last two. */
const BROKEN: ReadonlySet<string> = new Set(['connection-refused', 'connection-reset', 'network', 'bad-http']);

/**
 * Calls to a service in a process of this host. What the end of that process does to a call is no answer of the service: such a call
 * never comes back, as none does to a machine that went down, so nothing is stored of it and the child is called again when the
 * pipeline goes on.
 * @param gone aborts when the process ends, or is told to
 */
export function callerOf(caller: Caller, gone: AbortSignal): Caller {
  return {
    async call(request) {
      if (gone.aborted) return never();
      const result = await caller.call(request);
      if (result.kind === 'failure' && BROKEN.has(result.reason) && (await isSoon(gone))) return never();
      return result;
    },
    close: () => caller.close(),
  };
}

const never = () => new Promise<never>(() => undefined);

/** Whether it aborts now or in a moment. */
function isSoon(signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (isGone: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      resolve(isGone);
    };
    const abort = () => end(true);
    const timer = setTimeout(() => end(false), HEARD_MS);
    signal.addEventListener('abort', abort);
  });
}
