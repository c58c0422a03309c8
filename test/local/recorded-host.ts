import { join } from 'node:path';
import { type Host, type HostOptions, startHost } from '../../local/host.ts';
import type { LocalPipelineOptions } from '../../local/pipeline.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { definePipeline, type Pipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { mapValues } from '../../shared/domain/records.ts';
import type { Handler } from '../../shared/lambda/declaration.ts';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { ROUTED } from '../fixtures/routed.ts';
import type { Events } from './support.ts';

/** Services that only tests have. */
export const SERVICES = join(PACKAGE_DIR, 'test', 'local', 'services');

export interface Call {
  readonly name: string;
  readonly event: unknown;
}

/** A pipeline of a service in {@link SERVICES}, with nothing to call or reduce. */
export function samplePipeline(name = 'sample', service = 'echo'): Pipeline {
  return definePipeline({
    name,
    source: list(() => []),
    endpoint: { service, path: '/' },
    reduce: {
      columns: [],
      cells: () => [],
      start: () => {
        throw new Error('not reduced here');
      },
    },
  });
}

/** What a host is asked to work on. */
export function sample(name = 'sample', service = 'echo'): LocalPipelineOptions {
  return { pipeline: samplePipeline(name, service), reduceDigest: 'today' };
}

/** A service of the user: nothing listens there. */
export const USERS = { endpointUrl: 'http://localhost:3000' };

const nothing = () => undefined;
const SILENT = {
  log: { begin: nothing, info: nothing, warn: nothing, error: nothing },
  metrics: { count: nothing, observe: nothing, flush: nothing },
};

/** Starts a host whose pipelines' functions do nothing but note that they were called; those of the platform are the real ones. */
export function startRecorded(
  stateDir: string,
  calls: Events<Call>,
  first: LocalPipelineOptions = sample(),
  over: Partial<HostOptions> = {},
): Promise<Host> {
  const recording =
    (name: string): Handler =>
    async (event, context) => {
      calls.add({ name, event });
      return name === 'splitter' ? { dropped: undefined, memory: context.memoryLimitInMB } : undefined;
    };
  return startHost({
    first,
    stateDir,
    servicesDir: SERVICES,
    tableDefinition: { ...tableDefinition, TableName: 'microprocess' },
    system: {
      ...ROUTED,
      functions: mapValues(ROUTED.functions, (declared, name) =>
        declared.scope === 'platform' ? declared : { ...declared, load: async () => () => recording(name) },
      ),
    },
    telemetry: () => SILENT,
    logger: { warn: nothing, error: nothing },
    ...over,
  });
}
