import type { Pipeline } from '../author/definition.ts';
import type { Process } from '../ports/deps.ts';
import type { Connected, Uses } from '../ports/uses.ts';
import { callRecords } from './call-records.ts';
import { connect, type OpenFiles } from './connect.ts';
import { environmentOf, type Resources } from './resources.ts';

/** What a person's commands use, with that person's own rights. */
export const OPERATOR_USES = {
  table: { 'P#': ['get', 'put', 'update', 'query', 'batch-get', 'query-index'], 'E#': ['get', 'update'] },
  objects: ['get'],
  split: 'send',
  work: 'send',
  aggregate: 'send',
  calls: 'send',
} as const satisfies Uses;

/** Connects the use cases of the command line to a pipeline that runs somewhere. */
export function connectOperator(
  pipeline: Pipeline,
  resources: Resources,
  region: string,
  telemetry: Pick<Process, 'log' | 'metrics'>,
  files?: OpenFiles,
): Connected<typeof OPERATOR_USES> {
  // Where a list of the endpoint's is to be counted, it is called from here.
  const known = environmentOf({ ...OPERATOR_USES, endpoint: 'call' }, resources);
  return connect(OPERATOR_USES, { ...known, AWS_REGION: region }, { pipeline, telemetry, files, calls: callRecords });
}
