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
 * Calls children side by side, over the lanes that all of the batch share. One that may not be called any more is handed back. A store
 * that fails for one of them is an error beside the others' results: they were called, and none is left running.
 */
export async function callChildren(
  forwarding: Pick<Forwarding, 'deps' | 'runs' | 'lanes' | 'invocation'>,
  { message, children, tries, jitter }: Calls,
): Promise<{ readonly results: Map<number, ChildResult>; readonly errors: readonly unknown[] }> {
  const { deps, lanes } = forwarding;
  const results = new Map<number, ChildResult>();
  const errors: unknown[] = [];
  const call = async (n: number): Promise<ChildResult> => {
    const admission = await admit(forwarding, message);
    if (!admission.admitted) return { kind: 'handed-back', due: admission.due };
    return callChild(deps, message, n, tries.get(n) ?? NO_TRIES, admission.run, jitter);
  };
  await Promise.all(
    children.map((n) =>
      lanes.run(async () => {
        try {
          results.set(n, await call(n));
        } catch (error) {
          errors.push(error);
        }
      }),
    ),
  );
  return { results, errors };
}
