import { setTimeout as sleep } from 'node:timers/promises';
import { findHolder, type Holder, LOOK_AGAIN_MS, PATIENCE_MS, StateBusyError } from '../../local/host-file.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { stateDir } from '../home.ts';
import type { Terminal } from '../terminal.ts';
import type { Target } from './target.ts';

/**
 * Has a pipeline worked on, on this machine: by the process that works here already, or by this one until it's closed. One that reads
 * for a moment, starts or ends is waited for.
 * @throws {StateBusyError} where a process has the state folder and doesn't come to an end
 * @throws {JoinRefusedError} where the one that works here can't take the pipeline on
 */
export async function workLocally(
  pipeline: Pipeline,
  flags: string,
  terminal: Pick<Terminal, 'stderr' | 'signal'>,
  endpointUrl?: string,
): Promise<Target> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    terminal.signal.throwIfAborted();
    const holder = await findHolder(stateDir());
    if (isReached(holder)) {
      const { joinLocal } = await import('./join-local.ts');
      const target = await joinLocal(pipeline, flags, holder, terminal, endpointUrl);
      if (target) return target;
    } else if (!holder) {
      terminal.stderr.write(`Starting ${pipeline.name} on this machine…\n`);
      try {
        // All functions with all they need: seconds that nobody else should wait.
        const { startLocal } = await import('./start-local.ts');
        return await startLocal(pipeline, flags, terminal, endpointUrl);
      } catch (error) {
        // Another one was faster: it is joined.
        if (!(error instanceof StateBusyError)) throw error;
      }
    }
    if (holder && Date.now() > until) throw new StateBusyError(stateDir(), holder);
    await sleep(LOOK_AGAIN_MS, undefined, { signal: terminal.signal });
  }
}

function isReached(holder: Holder | null): holder is Holder & { readonly emulators: NonNullable<Holder['emulators']> } {
  return holder?.kind === 'host' && holder.emulators !== null;
}
