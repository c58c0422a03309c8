const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Doubles, up to half a minute, and half of it by chance: those that were refused together don't come again together. */
export function waitMs(tries: number): number {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  return most / 2 + (Math.random() * most) / 2;
}

/** Lets time pass. Rejects with the signal's reason once that is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
