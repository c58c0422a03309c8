import * as z from 'zod';
import { judge } from '../../shared/domain/retry.ts';
import type { Caller, CallRequest } from '../../shared/ports/caller.ts';
import type { SimulatedProcess } from '../../testing/faults.ts';
import type { VirtualClock } from '../../testing/virtual-clock.ts';
import { batched } from './batched.ts';
import type { Journal } from './journal.ts';
import { type Behaviour, fails, type Service } from './service.ts';

const itemOf = z.object({ i: z.number() });
const itemsOf = z.union([itemOf.transform((item) => [item]), z.array(itemOf)]);

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
      const { run, child, batch } = request;
      const children = batch ?? [child];
      const nths = children.map((each) => journal.called(run, each, clock.now()));
      let isOpen = true;
      // Whatever the forwarder dies of, it dies with this call open.
      void process.death.then(() => {
        if (isOpen) for (const each of children) journal.died(run, each);
      });
      const own = itemsOf.parse(JSON.parse(request.body ?? 'null')).map(({ i }, at) => {
        return { i, behaviour: service(i, nths[at] ?? 0, request) };
      });
      const behaviour = batch ? batched(own) : (own[0]?.behaviour ?? fails('bad-http'));
      if (behaviour.kind === 'hang') return process.waitFor(new Promise(() => {}));
      await process.waitFor(clock.sleep(behaviour.kind === 'kill' ? behaviour.ms : behaviour.result.ms));
      process.check();
      if (behaviour.kind === 'kill') {
        process.kill(`of child ${child}`);
        process.check();
        return process.waitFor(new Promise(() => {}));
      }
      isOpen = false;
      const verdict = judge(behaviour.result, clock.now());
      for (const [at, each] of children.entries()) {
        if (verdict.kind === 'pressure') journal.answeredWithPressure(run, each);
        else if (verdict.kind !== 'succeeded') journal.failedTogether(run, each, children.length);
        else if (batch && isPressure(own[at]?.behaviour, clock.now())) journal.answeredWithPressure(run, each);
      }
      return behaviour.result;
    },
    async close() {},
  };
}

function isPressure(behaviour: Behaviour | undefined, now: number): boolean {
  return behaviour?.kind === 'result' && judge(behaviour.result, now).kind === 'pressure';
}
