import type { Pipeline } from '../../shared/author/definition.ts';
import type { PlatformConnected, PlatformUses } from '../../shared/ports/uses.ts';

/** What the HTTP API uses: its variables, its rights and its ports. It calls no service and reads no source: others do what it stores. */
export const USES = {
  table: { 'P#': ['get', 'put', 'update', 'query', 'batch-get', 'query-index'] },
  objects: ['get', 'put', 'link'],
  split: 'send',
  calls: 'send',
} as const satisfies PlatformUses;

export type ApiPorts = PlatformConnected<typeof USES>;

/** The definitions that are served. */
export interface Definitions {
  names(): readonly string[];
  /** Null where there is none of that name. */
  find(name: string): Promise<Pipeline | null>;
}

/** Definitions that are all at hand. */
export function definitionsOf(pipelines: readonly Pipeline[]): Definitions {
  const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  return { names: () => [...byName.keys()].sort(), find: async (name) => byName.get(name) ?? null };
}

/** The ports of one pipeline. */
export function deskOf(ports: ApiPorts, pipeline: Pipeline) {
  const { clock, random, log, metrics, storesOf, objectsOf, queuesOf, callsOf } = ports;
  const { name } = pipeline;
  return {
    ...{ clock, random, log, metrics, pipeline },
    stores: storesOf(name),
    objects: objectsOf(name),
    queues: queuesOf(name),
    calls: callsOf(name),
  };
}
export type Desk = ReturnType<typeof deskOf>;
