import { expect, it } from 'vitest';
import { decimalsFor } from '../../../shared/report/decimals.ts';

it.each<[what: string, values: readonly number[], decimals: number | null]>([
  ['whole numbers have none', [1, 250, 135_233], 0],
  ['numbers line up by the decimals that one has', [18.4, 17, 3_010.6], 1],
  ['four digits of the smallest', [0.123_456, 12], 4],
  ['two that differ in their fifth digit look different', [28.121, 28.124], 3],
  ['as do two of thousands', [1_234.567, 1_234.512], 1],
  ['a price has its cents', [935.74, 1_200], 2],
  ['what is nearly the same gets no more than a few', [1 / 3, 1 / 3 + 1e-12], 4],
  ['sizes too different to line up', [0.000_2, 5_000_000], null],
  ['what is written with a power of ten', [1e-7, 2], null],
  ['nothing', [], 0],
])('%s', (_, values, decimals) => {
  expect(decimalsFor(values)).toBe(decimals);
});
