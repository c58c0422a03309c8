import * as z from 'zod';
import { definePipeline } from '../../../shared/author/definition.ts';
import { jsonLines } from '../../../shared/author/outputs/json-lines.ts';
import { count } from '../../../shared/author/reducers/count.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { answers } from '../../chaos/service.ts';
import { World } from '../../chaos/world.ts';
import type { WorldOptions } from '../../chaos/world-options.ts';

/** People; her place and what is said of her is each run's own. */
export interface Person {
  readonly i: number;
  readonly first: string;
  readonly last: string;
  readonly about?: Json;
}

/** Whose data are to be forgotten; her whole name stands in no item, but in the lines of the report. */
export const ANN: Person = { i: 37, first: 'Ann', last: 'Lee', about: 'born as Quill, her key is K-4711' };

/** Runs over what their parameters say: with her or without, each other item of its own. */
export function peopleWorld(over: Pick<WorldOptions, 'table' | 'objects' | 'work'> = {}): World {
  const people = ({ ann }: { ann: number }): Person[] =>
    Array.from({ length: 60 }, (_, i) =>
      i === 37 && ann > 0 ? { ...ANN, about: about(ann) } : { i, first: 'Bo', last: `B${i}` },
    );
  const { about: said = '' } = ANN;
  const about = (ann: number): Json => (ann === 2 ? [said, 'x'.repeat(40_000)] : said);
  const pipeline = definePipeline({
    name: 'people',
    params: z.strictObject({ ann: z.number() }),
    source: list<Person, { ann: number }>(people),
    endpoint: { service: 'chaos', path: '/chaos' },
    tolerate: { failedPercent: 100 },
    reduce: count<Person, { value: number; said: string }>({
      columns: [{ name: 'name', of: ({ item }) => `${item.first} ${item.last}` }],
    }),
    outputs: { rows: jsonLines() },
    report: { email: ['owner@example.com'], bodyExcerpt: 200 },
  });
  return new World({
    pipeline,
    // The answer is about her too; some are errors until they are called again.
    service: (i, _, { run }) =>
      !run.includes('~') && i % 9 === 1
        ? answers(i, { httpStatus: 422, body: `no ${i === ANN.i ? ANN.last : i}` })
        : answers(i, { body: JSON.stringify({ value: i, said: i === ANN.i ? 'Ms Lee' : 'fine' }) }),
    ...over,
  });
}

/** Runs one of them to its end. @param ann 0: without her; 2: with much about her, which is an object of its own */
export async function ran(world: World, runId: string, ann: 0 | 1 | 2): Promise<void> {
  await world.insist((deps) => startRun(deps, { runId, params: { ann } }, 'cli'));
  await world.runToEnd(runId);
}
