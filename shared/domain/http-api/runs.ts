import * as z from 'zod';
import { LATEST, NAME } from '../ids.ts';
import { CLOSE_REASONS, RUN_STATUSES } from '../run.ts';
import { count, json, link, time } from './parts.ts';

/** Items that one request may hand over; more come by a file, or by the source. */
const MOST_ITEMS = 10_000;

/** A start, as a caller asks for it. */
export const newRun = z
  .strictObject({
    id: z
      .string()
      .regex(NAME)
      .refine((id) => id !== LATEST, 'must not be "latest"')
      .optional()
      .describe(
        "The run's id; the same id with the same input is the same run. Ours, where neither it nor an Idempotency-Key is there.",
      ),
    params: json.optional().describe("The run's parameters, as the definition types them."),
    limit: z.int().min(1).max(1_000_000_000).optional().describe('The first so many items only.'),
    canary: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Children that are called first, and judged, before the rest.'),
    items: z.array(json).min(1).max(MOST_ITEMS).optional().describe("The run's items, in place of the source's."),
  })
  .meta({ id: 'NewRun' });

/** A run, as it is shown. */
export const runResource = z
  .object({
    id: z.string(),
    pipeline: z.string(),
    status: z.enum(RUN_STATUSES),
    startedAt: time,
    deadline: time,
    endedAt: time.nullable(),
    progress: z
      .object({
        total: count.describe('Children that are known of; all of them once totalKnown.'),
        totalKnown: z.boolean(),
        succeeded: count,
        failed: count,
        cancelled: count,
        expired: count,
        retried: count,
        waiting: count.describe('Children that wait for a callback.'),
      })
      .describe('How far the run is: until it ends, numbers for displays, which may lag by a second or two.'),
    closed: z.enum(CLOSE_REASONS).nullable().describe('Why it was closed before all its children were called.'),
    failure: z.object({ reason: z.string(), detail: z.string() }).nullable().describe('Why it failed, where it did.'),
    links: z.object({
      self: link,
      events: link.describe('Its progress and end as server-sent events.'),
      report: link.optional().describe('The report as a page, once there is one.'),
      rows: link.optional().describe('The report as CSV.'),
      summary: link.optional().describe('The report as JSON.'),
    }),
  })
  .meta({ id: 'Run' });
export type RunResource = z.infer<typeof runResource>;

export const runList = z
  .object({
    runs: z.array(runResource.pick({ id: true, status: true, startedAt: true, endedAt: true, links: true })),
  })
  .meta({ id: 'RunList' });

export const pipelineList = z
  .object({ pipelines: z.array(z.object({ name: z.string(), runs: link })) })
  .meta({ id: 'PipelineList' });
