import type { Stack } from '../targets/stack.ts';
import { type Check, fail, pass, warn } from './check.ts';

const PATIENCE_MS = 10_000;

/** An unsigned request shows whether the clone is there, and whether it keeps strangers out where its URL wants IAM. */
export async function cloneCheck({
  endpoint: url,
  endpointAuth,
}: Pick<Stack['resources'], 'endpoint' | 'endpointAuth'>): Promise<Check> {
  const name = 'clone';
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((error: unknown) => {
    // A user's own may well stand in a network that this terminal isn't in.
    if (endpointAuth === 'IAM') throw error;
  });
  if (!response)
    return warn(name, `${url} doesn't answer here`, "Look at it from the forwarders' network: they may reach it.");
  const { status } = response;
  if (status >= 500)
    return fail(name, `${url} answers ${status}`, 'Look at the log of the service (queue-dedicated clone).');
  if (endpointAuth === 'NONE') return pass(name, `${url} answers; calls to it aren't signed`);
  if (status === 403) return pass(name, `${url} answers, and refuses unsigned calls`);
  const detail = `${url} answers ${status} to an unsigned call`;
  return warn(name, detail, 'Its URL should want IAM (403): who else may call it?');
}
