import { expect, test } from 'vitest';
import { definePipeline } from '../../shared/author/definition.ts';
import type { Source } from '../../shared/author/source.ts';
import { dryRun } from '../../shared/control/dry-run.ts';
import { runPipeline } from '../../testing/run-pipeline.ts';
import { testDeps, testPipeline } from '../shared/support.ts';
import { readAll } from './source.contract.ts';

/**
 * What every source keeps of which of its items are children: `where` leaves some out, a run's `limit` takes the first so many of the others,
 * and a dry run says how many that would be.
 * @param make a source of nine items, numbered from 1
 * @param numberOf an item's number
 */
export function choiceContract(
  name: string,
  make: (options: { readonly where?: (item: unknown) => boolean }) => Source<unknown>,
  numberOf: (item: unknown) => number,
): void {
  const isOdd = (item: unknown) => numberOf(item) % 2 === 1;

  /** Numbers of the children that a run calls. */
  async function called(source: Source<unknown>, limit?: number): Promise<number[]> {
    const definition = definePipeline({ name: 'choice', source, endpoint: { service: 'choice', path: '/' } });
    const { rows } = await runPipeline(definition, { service: () => ({}), ...(limit !== undefined && { limit }) });
    return rows.map(({ item }) => numberOf(item));
  }

  test(`${name}: where, limit and a dry run`, async () => {
    const all = await called(make({}));
    expect([...all].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const odd = all.filter((number) => number % 2 === 1);
    expect(await called(make({ where: isOdd }), 3)).toEqual(odd.slice(0, 3));

    const dry = (source: Source<unknown>, limit?: number) => dryRun(testDeps(testPipeline({ source })), { limit });
    expect(await dry(make({ where: isOdd }))).toMatchObject({ children: 5, complete: true, estimate: null });
    expect(await dry(make({ where: isOdd }), 3)).toMatchObject({ children: 3, complete: true });
    expect(await dry(make({}), 20)).toMatchObject({ children: 9, complete: true });
  });

  test(`${name}: a where that answers by a promise is refused at the first item, with its place`, async () => {
    const source: Source<unknown> = Reflect.apply(make, undefined, [
      { where: () => Promise.reject(new Error('late')) },
    ]);
    const place = /^(Item 1 |Line [12] of "|Row 1 |"s3:\/\/bucket\/1").*"where" that answers by a promise/;
    await expect(readAll(source)).rejects.toThrow(place);
  });
}
