import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import { definePipeline } from '../../../shared/author/definition.ts';
import type { NotJson } from '../../../shared/author/json-item.ts';
import type { Accumulator, Reduce } from '../../../shared/author/reduce.ts';
import { count } from '../../../shared/author/reducers/count.ts';
import { mapReduce } from '../../../shared/author/reducers/map-reduce.ts';
import type { Source } from '../../../shared/author/source.ts';
import { list } from '../../../shared/author/sources/list.ts';
import type { Json } from '../../../shared/domain/json.ts';
import type { Row, SucceededRow } from '../../../shared/domain/row.ts';

interface City {
  readonly id: number;
  readonly name?: string | undefined;
  readonly tags: readonly string[];
  readonly near: { readonly city: City; readonly km: number | null }[];
}

test('types that are JSON as they are', () => {
  expectTypeOf<NotJson<City>>().toEqualTypeOf<never>();
  expectTypeOf<NotJson<Json>>().toEqualTypeOf<never>();
  expectTypeOf<NotJson<{ readonly size: 'small'; at: [number, string?] }>>().toEqualTypeOf<never>();
  expectTypeOf<NotJson<Record<string, City>>>().toEqualTypeOf<never>();
  expectTypeOf<NotJson<string & { readonly brand: 'Iban' }>>().toEqualTypeOf<never>();
  expectTypeOf<NotJson<string | City | null>>().toEqualTypeOf<never>();
  expectTypeOf<NotJson<unknown>>().toEqualTypeOf<never>();
  expectTypeOf<NotJson<{ from: unknown }>>().toEqualTypeOf<never>();
});

test('types that are not, with the place', () => {
  type At = 'item.at may be a Date (give its text), which JSON has not';
  expectTypeOf<NotJson<{ id: number; at: Date }>>().toEqualTypeOf<At>();
  expectTypeOf<NotJson<{ id: number; at?: Date | null }>>().toEqualTypeOf<At>();
  expectTypeOf<NotJson<City & { at: Date }>>().toEqualTypeOf<At>();
  expectTypeOf<NotJson<{ id: number } | { at: Date }>>().toEqualTypeOf<At>();
  expectTypeOf<
    NotJson<{ stops: { at: Date }[] }>
  >().toEqualTypeOf<'item.stops[].at may be a Date (give its text), which JSON has not'>();
  expectTypeOf<NotJson<bigint>>().toEqualTypeOf<'item may be a bigint (give its text), which JSON has not'>();
  expectTypeOf<NotJson<string | undefined>>().toEqualTypeOf<'item may be undefined, which JSON has not'>();
  expectTypeOf<
    NotJson<Promise<City>>
  >().toEqualTypeOf<'item may be a promise (an await is missing), which JSON has not'>();
  expectTypeOf<
    NotJson<{ m: Map<string, 1> }>
  >().toEqualTypeOf<'item.m may be a Map or Set (give a list or plain object), which JSON has not'>();
  expectTypeOf<NotJson<Buffer>>().toEqualTypeOf<'item may be bytes (give their text), which JSON has not'>();
  expectTypeOf<NotJson<{ km(): number }>>().toEqualTypeOf<'item.km may be a function, which JSON has not'>();
  expectTypeOf<NotJson<(number | undefined)[]>>().toEqualTypeOf<'item[] may be undefined, which JSON has not'>();
  expectTypeOf<NotJson<{ s: symbol }>>().toEqualTypeOf<'item.s may be a symbol, which JSON has not'>();
});

const rest = { name: 'x', endpoint: { service: 'x', path: '/x' } };
interface Visit {
  readonly id: number;
  readonly at: Date;
}
declare const visits: Source<Visit>;
declare const visitsByHand: Reduce<number, Visit>;

test('a row has of an answer what its type says, as that is JSON', () => {
  expectTypeOf<Row<number, City>['result']>().toEqualTypeOf<City | null>();
  expectTypeOf<Parameters<Accumulator<number, City>['add']>[0]['result']>().toEqualTypeOf<City>();
  const told = (row: Row<number, City>) => (row.status === 'SUCCEEDED' ? row.result : row.excerpt);
  expectTypeOf(told).returns.toEqualTypeOf<City | string | null>();
  const answered = definePipeline({
    ...rest,
    source: list(() => [1]),
    answer: z.object({ km: z.string().transform(Number) }),
    reduce: mapReduce({
      zero: 0,
      map: ({ result }: SucceededRow<number, { km: number }>) => result.km,
      combine: Math.max,
      finish: () => [],
    }),
  });
  expectTypeOf<Parameters<typeof answered.reduce.cells>[0]['result']>().toEqualTypeOf<{ km: number } | null>();
  expectTypeOf<NotJson<City, 'result'>>().toEqualTypeOf<never>();
  expectTypeOf<
    NotJson<Visit, 'result'>
  >().toEqualTypeOf<'result.at may be a Date (give its text), which JSON has not'>();
  type Answer = { sum: bigint };
  expectTypeOf<
    NotJson<Answer, 'result'>
  >().toEqualTypeOf<'result.sum may be a bigint (give its text), which JSON has not'>();
});

test('a definition whose items or answers are not JSON does not compile', () => {
  // Never called: only that it compiles, or not, is told.
  void [
    // @ts-expect-error item.at may be a Date
    () => definePipeline({ ...rest, source: list(() => [{ at: new Date(0) }]), reduce: count({ columns: [] }) }),
    // @ts-expect-error item.at may be a Date
    () => definePipeline({ ...rest, source: visits, reduce: count<Visit>({ columns: ['id'] }) }),
    // @ts-expect-error item may be a promise
    () => definePipeline({ ...rest, source: list(() => [1].map(async (n) => n)), reduce: count({ columns: [] }) }),
    // @ts-expect-error result.at may be a Date
    () => definePipeline({ ...rest, source: list(() => [1]), reduce: count<number, Visit>({ columns: [] }) }),
    // @ts-expect-error result.at may be a Date, whatever the reduce is
    () => definePipeline({ ...rest, source: list(() => [1]), reduce: visitsByHand }),
    () => definePipeline({ ...rest, source: list(() => [1]), reduce: count<number, City>({ columns: [] }) }),
    () => definePipeline({ ...rest, source: list(() => [{ at: 'x' }]), reduce: count({ columns: ['at'] }) }),
    () =>
      definePipeline({
        ...rest,
        source: list((): City[] => []),
        request: ({ tags }) => tags,
        reduce: count<City>({ columns: ['id'] }),
      }),
  ];
});
