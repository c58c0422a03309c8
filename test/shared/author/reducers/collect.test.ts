import { expect, it } from 'vitest';
import { definePipeline } from '../../../../shared/author/definition.ts';
import { collect } from '../../../../shared/author/reducers/collect.ts';
import { list } from '../../../../shared/author/sources/list.ts';
import { runPipeline } from '../../../../testing/run-pipeline.ts';
import { type Answer, type City, row } from './rows.ts';

it('is what a definition without a reduce has: rows as they are, items and answers of any shape', async () => {
  const pipeline = definePipeline({
    name: 'echo',
    source: list(() => [7, 'seven', { seven: [7] }, null]),
    endpoint: { service: 'echo', path: '/' },
  });
  const { status, report } = await runPipeline(pipeline, { service: ({ body }) => ({ body }) });
  expect(status).toBe('succeeded');
  expect(report.csv.split('\n')).toEqual([
    'id,item,result,status,reason',
    '0-0.0.0,7,"{""body"":7}",SUCCEEDED,',
    '0-0.0.1,"""seven""","{""body"":""seven""}",SUCCEEDED,',
    '0-0.0.2,"{""seven"":[7]}","{""body"":{""seven"":[7]}}",SUCCEEDED,',
    '0-0.0.3,,"{""body"":null}",SUCCEEDED,',
    '',
  ]);
});

it('has the columns that it is given', () => {
  const reduce = collect<City, Answer>({
    columns: ['city', { name: 'miles', of: ({ result }) => result && result.km / 2 }],
  });
  expect(reduce.columns).toEqual(['city', 'miles']);
  expect(reduce.cells(row(1, 6))).toEqual(['City 1', 3]);
  // @ts-expect-error: no such field
  collect<City, Answer>({ columns: ['town'] });
});
