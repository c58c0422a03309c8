import { setTimeout as sleep } from 'node:timers/promises';
import type { AskedHere } from '../../local/asked-here.ts';
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
  asked: AskedHere = {},
): Promise<Target> {
  const until = Date.now() + PATIENCE_MS;
  const sayOnce = onceOnly(terminal);
  for (;;) {
    terminal.signal.throwIfAborted();
    const holder = await findHolder(stateDir());
    try {
      if (!holder) {
        sayOnce(`Starting ${pipeline.name} on this machine…`);
        // All functions with all they need: seconds that nobody else should wait.
        const { startLocal } = await import('./start-local.ts');
        return await startLocal(pipeline, flags, terminal, asked);
      }
      if (isReached(holder)) {
        if (holder.pipelines === null)
          sayOnce(`Process ${holder.pid}, which runs on this machine, is busy: waiting for it…`);
        const { joinLocal } = await import('./join-local.ts');
        const target = await joinLocal(pipeline, flags, holder, terminal, asked);
        if (target) return target;
      }
      throw new StateBusyError(stateDir(), holder);
    } catch (error) {
      // Another one was faster, or ends.
      if (!(error instanceof StateBusyError) || Date.now() > until) throw error;
    }
    await sleep(LOOK_AGAIN_MS, undefined, { signal: terminal.signal });
  }
}

function onceOnly({ stderr }: Pick<Terminal, 'stderr'>): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (!said.has(line)) stderr.write(`${line}\n`);
    said.add(line);
  };
}

function isReached(holder: Holder | null): holder is Holder & { readonly emulators: NonNullable<Holder['emulators']> } {
  return holder?.kind === 'host' && holder.emulators !== null;
}
