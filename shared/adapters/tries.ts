import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Longest wait for a connection: a host that takes none is asked again, or given up. */
const CONNECT_MS = 3_000;

/**
 * HTTP of an AWS client whose tries end: after so long without an answer, and after so long without a byte of one that has
 * begun. Left to itself the SDK only warns of the first, and waits until the function is killed.
 * @param keepAlive false: each request has a connection of its own. One that was kept may have died while the function was frozen, which the
 *   request that finds it out can't tell from an answer that was lost.
 */
export function triesOf(ms: number, keepAlive = true): NodeHttpHandler {
  return new NodeHttpHandler({
    connectionTimeout: Math.min(CONNECT_MS, ms),
    requestTimeout: ms,
    throwOnRequestTimeout: true,
    socketTimeout: ms,
    ...(!keepAlive && { httpAgent: { keepAlive }, httpsAgent: { keepAlive } }),
  });
}
