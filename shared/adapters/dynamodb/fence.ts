import type { Pipeline } from '../../author/definition.ts';
import { endpointId } from '../../author/endpoint.ts';
import type { KeyPrefix } from '../../ports/uses.ts';
import type { GateKeys } from './gate.ts';

/**
 * Leading keys of the items of one kind that a function may reach, with IAM's wildcards: its pipeline's, or all where it is
 * of the platform. The keys themselves are made in keys.ts.
 */
export function leadingKeys(prefix: KeyPrefix, pipeline?: Pipeline): string[] {
  if (!pipeline) return [`${prefix}*`];
  const { name } = pipeline;
  switch (prefix) {
    case 'P#':
      return [`P#${name}`, `P#${name}#*`];
    case 'E#':
      return [gateKeysOf(pipeline).endpoint];
    case 'R#':
      return [gateKeysOf(pipeline).budget];
  }
}

/** The items that a pipeline shares with all that call its endpoint, and with all that have its budget. */
export function gateKeysOf({ name, endpoint, limits }: Pick<Pipeline, 'name' | 'endpoint' | 'limits'>): GateKeys {
  return {
    endpoint: `E#${endpointId(endpoint)}`,
    budget: limits.sharedAs === undefined ? `R#${name}` : `R#shared#${limits.sharedAs}`,
  };
}
