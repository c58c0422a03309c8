import * as z from 'zod';

/** What the measuring process answers. */
export const figures = z.object({
  /** That waited at once. */
  children: z.number(),
  /** Rows of the report that are what their child's service said. */
  exactRows: z.number(),
  /** Callbacks a second. */
  rate: z.number(),
  /** Bare pairs of writes a second, before and behind. */
  pairs: z.tuple([z.number(), z.number()]),
  /** Of the whole run, from its start to its report. */
  writeUnitsPerChild: z.number(),
  /** SDK calls while callbacks come. */
  callsPerCallback: z.number(),
});
export type Figures = z.infer<typeof figures>;
