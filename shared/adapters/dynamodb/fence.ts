import type { Pipeline } from '../../author/definition.ts';
import { endpointId } from '../../author/endpoint.ts';
import { budgetOf } from '../../domain/gate/limits.ts';
import type { KeyPrefix } from '../../ports/uses.ts';
import { budgetKey, endpointKey, type GateNames } from './gate.ts';

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
      return [endpointKey(gateNamesOf(pipeline))];
    case 'R#':
      return [budgetKey(gateNamesOf(pipeline))];
  }
}

/** What a pipeline shares with all that call its endpoint, and with all that have its budget. */
export function gateNamesOf(pipeline: Pick<Pipeline, 'name' | 'endpoint' | 'limits'>): GateNames {
  return { endpoint: endpointId(pipeline.endpoint), budget: budgetOf(pipeline) };
}
