import type { WorkMessage } from '../../shared/domain/messages.ts';
import { NO_TRIES, type Tries } from '../../shared/domain/sending.ts';
import { admit } from './admit.ts';
import { type ChildResult, callChild } from './call-child.ts';
import type { Forwarding } from './forwarding.ts';

interface Calls {
  readonly message: WorkMessage;
  readonly children: readonly number[];
  /** Of the slot, as read. */
  readonly tries: ReadonlyMap<number, Tries>;
  /** See {@link callChild}. */
  readonly jitter: number;
}

/**
 * Calls children side by side, over the lanes that all of the batch share. One that may not be called any more, or would wait too long, is
 * handed back; under pressure one is called again and again. A store
 * that fails for one of them is an error beside the others' results: they were called, and none is left running.
 */
export async function callChildren(
  forwarding: Pick<Forwarding, 'deps' | 'runs' | 'lanes' | 'invocation'>,
  { message, children, tries, jitter }: Calls,
): Promise<{ readonly results: Map<number, ChildResult>; readonly errors: readonly unknown[] }> {
  const { deps, lanes } = forwarding;
  const results = new Map<number, ChildResult>();
  const errors: unknown[] = [];
  const call = async (n: number): Promise<void> => {
    for (;;) {
      const entry = lanes.enter();
      const later = entry === null ? null : await entry;
      if (later !== null) return handBack(n, later);
      try {
        const admission = await admit(forwarding, message);
        if (!admission.admitted) return handBack(n, admission.due);
        const result = await callChild(deps, message, n, tries.get(n) ?? NO_TRIES, admission.run, jitter);
        results.set(n, result);
        if (result.kind !== 'handed-back' || !result.isSoon) return;
        // Then behind those that wait already: the service is busy.
        await lanes.pause();
      } finally {
        lanes.leave();
      }
    }
  };
  const handBack = (n: number, due: number) => {
    // Of a child that was called, its answer says more.
    if (!results.has(n)) results.set(n, { kind: 'handed-back', due });
  };
  await Promise.all(children.map((n) => call(n).catch((error: unknown) => void errors.push(error))));
  return { results, errors };
}
