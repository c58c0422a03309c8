import * as z from 'zod';
import { lambdaHandler } from '../../shared/lambda/handler.ts';
import { runCallRound } from './call-round.ts';
import type { RoundsDeps } from './deps.ts';

/** Every minute: sends tasks whose time comes near, and those whose messages got lost. */
export function rounds(deps: RoundsDeps) {
  return lambdaHandler(deps, z.unknown(), async () => ({ sent: await runCallRound(deps) }));
}
