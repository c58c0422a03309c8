import type { Pipeline } from '../../author/definition.ts';
import { endpointId } from '../../author/endpoint.ts';
import type { KeyPrefix } from '../../ports/uses.ts';

/**
 * Leading keys of the items of one kind that a function may reach, with IAM's wildcards: its pipeline's, or all where it is
 * of the platform. The keys themselves are made in keys.ts.
 */
export function leadingKeys(prefix: KeyPrefix, pipeline?: Pipeline): string[] {
  if (!pipeline) return [`${prefix}*`];
  const { name, endpoint } = pipeline;
  switch (prefix) {
    case 'P#':
      return [`P#${name}`, `P#${name}#*`];
    case 'E#':
      return [`E#${endpointId(endpoint)}`];
    case 'R#':
      return [`R#${name}`];
  }
}
