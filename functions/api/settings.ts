import * as z from 'zod';

/** How a deployment's API lets callers in, and how fast. */
export const apiSettings = z.object({
  /** Each caller's, in each of the function's environments. */
  rate: z.object({ perSecond: z.number().positive(), burst: z.number().positive() }),
});
export type ApiSettings = z.infer<typeof apiSettings>;

/** What holds them, in the function's environment. */
export const SETTINGS_VARIABLE = 'MP_API';
