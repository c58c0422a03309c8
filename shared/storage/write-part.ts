import type { Deps } from '../ports/deps.ts';
import type { Objects } from '../ports/objects.ts';
import type { Frozen } from '../ports/segment-store.ts';
import { PartDraft } from './part-draft.ts';

/**
 * Stores a part's objects under a key of its own, while they are made; gives what freezes its segment.
 * @param fill adds the part's blocks, in order
 */
export async function writePart(
  deps: Pick<Deps, 'pipeline' | 'log'> & { readonly objects: Objects },
  part: string,
  fill: (draft: PartDraft) => Promise<void>,
): Promise<Frozen> {
  const draft = new PartDraft(deps, part);
  try {
    await fill(draft);
    return await draft.end();
  } catch (error) {
    await draft.abort(error);
    throw error;
  }
}
