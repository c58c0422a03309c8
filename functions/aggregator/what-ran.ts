import type { Pipeline } from '../../shared/author/definition.ts';
import { endpointWords } from '../../shared/author/endpoint.ts';
import type { Counts } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { AskedView, ReportView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';

/** Characters of a digest that tell versions of a definition apart. */
const VERSION = 10;

/** What a run was asked to do, and by what it is judged. */
export function askedOf(
  { pipeline, reduceDigest }: Pick<AggregatorDeps, 'pipeline' | 'reduceDigest'>,
  { trigger, params, limit, redrive }: Pick<RunRecord, 'trigger' | 'params' | 'limit' | 'redrive'>,
): AskedView {
  const { endpoint, tolerate } = pipeline;
  return {
    trigger,
    method: endpoint.method,
    endpoint: endpointWords(endpoint),
    params,
    limit,
    redriveOf: redrive?.base ?? null,
    tolerated: tolerate,
    definition: reduceDigest.slice(0, VERSION),
  };
}

/** What may be done about children that didn't succeed. */
export function nextOf(
  pipeline: Pipeline['name'],
  run: string,
  { total, succeeded }: Counts,
): NonNullable<ReportView['next']> {
  if (succeeded === total) return [];
  const command = (name: string) => `npx microprocess ${name} ${run} --pipeline ${pipeline}`;
  return [
    { what: 'See each of them', command: command('failures') },
    { what: 'Call again what failed', command: command('redrive') },
  ];
}
