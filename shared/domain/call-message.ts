import * as z from 'zod';
import { READS } from './format.ts';
import { NAME } from './ids.ts';
import { SIZES } from './limits.ts';

/**
 * Make calls that stand alone: each by its id, the turn that the message is of, and the time before which it isn't to be claimed. The table
 * holds all else.
 */
export const callMessage = z.object({
  v: z.literal(READS),
  pipeline: z.string().regex(NAME),
  type: z.literal('calls'),
  calls: z
    .array(z.tuple([z.string().regex(NAME), z.number().int().min(0), z.number()], z.unknown()))
    .min(1)
    .max(SIZES.slotChildren),
});
export type CallMessage = z.infer<typeof callMessage>;
