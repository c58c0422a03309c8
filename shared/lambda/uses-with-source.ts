import type { Pipeline } from '../author/definition.ts';
import type { Uses } from '../ports/uses.ts';

/** What a function uses: where it reads the pipeline's source, also the endpoint that the source reads a list of. */
export function usesWithSource(uses: Uses, { source }: Pick<Pipeline, 'source'>): Uses {
  return uses.source && source.needs?.endpoint ? { ...uses, endpoint: 'call' } : uses;
}
