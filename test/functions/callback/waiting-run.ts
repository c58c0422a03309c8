import { callback } from '../../../functions/callback/handler.ts';
import { startRun } from '../../../shared/control/start.ts';
import { NEW_REGISTER } from '../../../shared/domain/sending.ts';
import { signToken } from '../../../shared/flow/callback-token.ts';
import { lambdaContext } from '../../../shared/host/context.ts';
import type { HttpAnswer, UrlEvent } from '../../../shared/lambda/http.ts';
import { NOW, type TestDeps, testDeps, testPipeline } from '../../shared/support.ts';

export const BLOCK = { slice: 0, segment: 0, block: 0 };
export const TTL = 2_000_000_000;
export const UNTIL = NOW + 3_600_000;

export interface WaitingRun {
  readonly deps: TestDeps;
  /** Asks the function itself. */
  readonly ask: (
    event: Pick<UrlEvent, 'rawPath' | 'body' | 'isBase64Encoded'> & { readonly method?: string },
  ) => Promise<HttpAnswer>;
}

/** A run of two children that both wait for their callbacks, and the function that takes them. */
export async function waitingRun(): Promise<WaitingRun> {
  const deps = testDeps(testPipeline({ callback: { withinHours: 1, heartbeatSeconds: 600 } }));
  const handle = callback(deps);
  await startRun(deps, { runId: 'march' }, 'cli');
  const page = { kind: 'items', first: 0, slots: [2], items: [1, 2], cursor: 2, endsBlock: true } as const;
  await deps.stores.chains.putPage('march', 0, { segment: 0, block: 0, page: 0 }, page, TTL);
  const waiting = new Map([0, 1].map((n) => [n, UNTIL]));
  const next = { ...NEW_REGISTER, turn: 1, waiting };
  await deps.stores.blocks.replaceRegister('march', BLOCK, { slot: 0, read: NEW_REGISTER, next, ttl: TTL });
  const context = { functionName: 'callback', requestId: 'request', memoryMB: 512, remainingMs: () => 60_000 };
  return {
    deps,
    ask: ({ method = 'POST', ...event }) =>
      handle({ headers: {}, requestContext: { http: { method } }, ...event }, lambdaContext(context)),
  };
}

const claims = (over: object = {}) => ({
  run: 'march',
  ref: BLOCK,
  ...{ n: 0, slot: 0, attempt: 1, since: NOW - 5_000, expires: NOW + 86_400_000, size: 2, ttl: TTL },
  ...over,
});

/** A token for the run's first child, unless `over` says otherwise. */
export const tokenOf = (over?: object, keys = ['key'], pipeline = 'squares') => signToken(keys, pipeline, claims(over));
