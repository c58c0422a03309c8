/** Reasons of a failure for which nothing was called. */
const UNCALLED: readonly string[] = ['bad-record', 'request-not-mapped'];

/** Children that were called, per second of an ended run: those that a close left out, and those that gave no call, don't count. */
export function calledPerSecond(
  { succeeded, failed }: { readonly succeeded: number; readonly failed: number },
  reasons: readonly { readonly reason: string; readonly count: number }[],
  seconds: number,
): number {
  const uncalled = reasons.reduce((sum, { reason, count }) => sum + (UNCALLED.includes(reason) ? count : 0), 0);
  return Math.max(0, succeeded + failed - uncalled) / Math.max(seconds, 0.001);
}
