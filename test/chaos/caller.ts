import * as z from 'zod';
import { judge } from '../../shared/domain/retry.ts';
import type { Caller, CallRequest } from '../../shared/ports/caller.ts';
import type { SimulatedProcess } from '../../testing/faults.ts';
import type { VirtualClock } from '../../testing/virtual-clock.ts';
import type { Journal } from './journal.ts';
import type { Service } from './service.ts';

const bodyOf = z.object({ i: z.number() });

/** Calls a simulated service in virtual time. Its calls are no port calls: they are many, and fail as the service does. */
export function chaosCaller(of: {
  readonly service: Service;
  readonly clock: VirtualClock;
  readonly process: SimulatedProcess;
  readonly journal: Journal;
}): Caller {
  const { service, clock, process, journal } = of;
  return {
    async call(request: CallRequest) {
      process.check();
      const { run, child } = request;
      const nth = journal.called(run, child, clock.now());
      let isOpen = true;
      // Whatever the forwarder dies of, it dies with this call open.
      void process.death.then(() => {
        if (isOpen) journal.died(run, child);
      });
      const { i } = bodyOf.parse(JSON.parse(request.body ?? 'null'));
      const behaviour = service(i, nth, request);
      if (behaviour.kind === 'hang') return process.waitFor(new Promise(() => {}));
      await process.waitFor(clock.sleep(behaviour.kind === 'kill' ? behaviour.ms : behaviour.result.ms));
      process.check();
      if (behaviour.kind === 'kill') {
        process.kill(`of child ${child}`);
        process.check();
        return process.waitFor(new Promise(() => {}));
      }
      isOpen = false;
      if (judge(behaviour.result, clock.now()).kind === 'pressure') journal.answeredWithPressure(run, child);
      return behaviour.result;
    },
    async close() {},
  };
}
