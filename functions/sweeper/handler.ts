import * as z from 'zod';
import { lambdaHandler } from '../../shared/lambda/handler.ts';
import type { SweeperDeps } from './deps.ts';
import { checkSchedule } from './schedule-missed.ts';
import { sweep } from './sweep.ts';

/** Every minute: finishes what got stuck, and notices what did not start. */
export function sweeper(deps: SweeperDeps) {
  return lambdaHandler(deps, z.unknown(), async () => {
    const swept = await sweep(deps);
    await checkSchedule(deps);
    return swept;
  });
}
