import * as z from 'zod';

const rates = z.tuple([z.number(), z.number()]);

/** What the measuring process answers. Rates are tasks a second; those of bare conditional puts were measured before and behind. */
export const figures = z.object({
  tasks: z.number(),
  puts: rates,
  create: z.number(),
  cancel: z.number(),
  /** Claim, HTTP call and outcome. */
  fire: z.number(),
  /** Of first calls at half of that load, milliseconds. */
  lateMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
  /** Cancels just before the time, and how many of them were confirmed. */
  raced: z.number(),
  confirmed: z.number(),
  firedAfterCancel: z.number(),
  lost: z.number(),
  twice: z.number(),
});
export type TaskFigures = z.infer<typeof figures>;
