import { ProgressMeter } from '../../shared/flow/progress-meter.ts';
import { routeHandler } from '../../shared/lambda/http.ts';
import type { CallbackPorts } from './deps.ts';
import { openRequest } from './open-request.ts';
import { ROUTE } from './route.ts';
import { stillAtWork } from './still-at-work.ts';
import { takeOutcome } from './take-outcome.ts';

/** Takes what services say of calls that they answered with 202. */
export function callback(ports: CallbackPorts) {
  const progress = new ProgressMeter(ports.stores.progress, ports.clock, ports.random.id());
  return routeHandler(ports, ROUTE, async (request) => {
    const opened = await openRequest(ports, request);
    if ('refused' in opened) return opened.refused;
    const { claims } = opened;
    if (request.params.act !== undefined) return stillAtWork(ports, claims);
    const answer = await takeOutcome({ ...ports, progress }, claims, request.body);
    await progress.flush();
    return answer;
  });
}
