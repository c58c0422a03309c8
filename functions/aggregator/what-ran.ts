import type { Pipeline } from '../../shared/author/definition.ts';
import { endpointWords } from '../../shared/author/endpoint.ts';
import type { Counts } from '../../shared/domain/run.ts';
import { beginning } from '../../shared/domain/text.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { Format } from '../../shared/report/format.ts';
import type { ReportView } from '../../shared/report/view.ts';

/** Characters of the parameters that a page shows. */
const PARAMS = 500;

/** What a run was asked to do, and by what it is judged: names and values for people. */
export function whatRan(
  pipeline: Pipeline,
  record: RunRecord,
  { number, percent }: Format,
): NonNullable<ReportView['ran']> {
  const { endpoint, tolerate } = pipeline;
  const params = JSON.stringify(record.params);
  return [
    ['Started by', record.trigger],
    ['Called', `${endpoint.method} ${endpointWords(endpoint)}`],
    ...(params === '{}' || params === 'null' ? [] : [['Parameters', beginning(params, PARAMS)] as const]),
    ...(record.limit === null ? [] : [['Limit', `the first ${number(record.limit)} items`] as const]),
    ...(record.redrive ? [['Redrive of', record.redrive.base] as const] : []),
    [
      'Failures tolerated',
      'failedCount' in tolerate ? number(tolerate.failedCount) : percent(tolerate.failedPercent, 100),
    ],
  ];
}

/** What may be done about children that didn't succeed. */
export function nextOf(pipeline: string, run: string, { total, succeeded }: Counts): NonNullable<ReportView['next']> {
  if (succeeded === total) return [];
  const command = (name: string) => `npx microprocess ${name} ${run} --pipeline ${pipeline}`;
  return [
    { what: 'See each of them', command: command('failures') },
    { what: 'Call again what failed', command: command('redrive') },
  ];
}
