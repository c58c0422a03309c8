import { findHolder } from '../../local/host-file.ts';
import { JoinRefusedError } from '../../local/join.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { DefinitionError } from '../../shared/domain/errors.ts';
import { stateDir } from '../home.ts';
import type { Terminal } from '../terminal.ts';
import { openLocal } from './local.ts';
import { requireCalled } from './require-called.ts';
import type { Target } from './target.ts';
import { workLocally } from './work-local.ts';

/** Never called: what might call it is held back. No host can have such a name. */
const NO_SERVICE = 'http://none.invalid';

/**
 * Opens a pipeline on this machine to close one of its runs. That calls nothing, so the process that does it starts no service. One
 * that runs here for other pipelines would go on without one, so it needs the service; where it can't have it, the records alone are
 * opened.
 */
export async function openToClose(
  pipeline: Pipeline,
  flags: string,
  terminal: Pick<Terminal, 'stderr' | 'signal'>,
): Promise<Target> {
  const holder = await findHolder(stateDir());
  if (holder?.kind !== 'host') {
    const target = await workLocally(pipeline, flags, terminal, { endpointUrl: NO_SERVICE });
    // Other runs of the pipeline may have something to call: not here.
    if (target.worker === 'this') await target.pausePipeline();
    return target;
  }
  if (holder.pipelines?.includes(pipeline.name)) return openLocal(pipeline, flags);
  try {
    requireCalled(pipeline);
    return await workLocally(pipeline, flags, terminal);
  } catch (error) {
    if (error instanceof DefinitionError || error instanceof JoinRefusedError) return openLocal(pipeline, flags);
    throw error;
  }
}
