import * as z from 'zod';
import type { Json } from '../../shared/domain/json.ts';

export const count = z.int().min(0);
export const time = z.iso.datetime().describe('An instant, in UTC.');
export const link = z.string().describe('A path of this API.');
/** Any JSON. */
export const json: z.ZodType<Json> = z.json();
