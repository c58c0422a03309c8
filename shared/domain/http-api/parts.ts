import * as z from 'zod';
import type { Json } from '../json.ts';

export const count = z.int().min(0);
export const time = z.iso.datetime().describe('An instant, in UTC.');
export const link = z.string().describe('A path of this API.');
/** Any JSON: what was read from a body is such. */
export const json = z.custom<Json>((value) => value !== undefined, 'must be there');
