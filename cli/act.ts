import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Act } from '../shared/ports/act-store.ts';
import type { Target } from './targets/target.ts';
import type { Terminal } from './terminal.ts';

/** Whose credentials a command acts with; null where AWS doesn't say. It needs no right. */
export async function callerArn(): Promise<string | null> {
  const client = new STSClient({});
  try {
    return (await client.send(new GetCallerIdentityCommand({}))).Arn ?? null;
  } catch {
    return null;
  } finally {
    client.destroy();
  }
}

/**
 * Records what a person did at a stage, once it is done. What stands in the way of that is a warning: the act itself was not refused.
 * On this machine nothing is recorded.
 */
export async function recordAct(
  { worker, deps }: Pick<Target, 'worker' | 'deps'>,
  { stderr }: Pick<Terminal, 'stderr'>,
  act: Pick<Act, 'act' | 'run'> & { readonly detail?: string },
): Promise<void> {
  if (worker !== 'deployed') return;
  const by = (await callerArn()) ?? 'unknown';
  try {
    await deps.stores.acts.record({ detail: '', ...act, by, at: deps.clock.now() }, deps.random.id());
  } catch (error) {
    stderr.write(`warning: what was done is not recorded: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
