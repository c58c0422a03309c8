import * as z from 'zod';
import type { Reduce } from '../reduce.ts';

/** A reduce that another one is made of. */
export const reduceOption = z.custom<Reduce>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'start') === 'function' &&
    typeof Reflect.get(value, 'cells') === 'function' &&
    Array.isArray(Reflect.get(value, 'columns')),
  'must be a reduce, such as count()',
);
