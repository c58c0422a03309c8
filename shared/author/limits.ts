import * as z from 'zod';
import { NAME } from '../domain/ids.ts';
import { LAMBDA } from '../domain/limits.ts';
import { strictOptions } from './options.ts';
import { timeZoneProblem } from './time-zone.ts';

/** Calls in flight; the least is what an SQS mapping takes. */
const inFlight = z
  .number()
  .int()
  .min(LAMBDA.minMappingConcurrency)
  .max(256 * LAMBDA.maxMappingConcurrency);
/** One call in a thousand seconds is a rate that nobody means. */
const rate = z.number().min(0.001).max(100_000);
const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time from 00:00 to 23:59');

function oneRate(
  { ratePerSecond, ratePerMinute }: { ratePerSecond?: number | undefined; ratePerMinute?: number | undefined },
  context: z.RefinementCtx,
): void {
  if (ratePerSecond === undefined || ratePerMinute === undefined) return;
  context.addIssue({ code: 'custom', path: ['ratePerMinute'], message: 'only one of the two rates can be given' });
}

const profile = strictOptions({
  from: timeOfDay,
  /** No later than `from`: it goes on over midnight. */
  to: timeOfDay,
  timeZone: z
    .string()
    .superRefine((name, context) => {
      const problem = timeZoneProblem(name);
      if (problem !== null) context.addIssue({ code: 'custom', message: problem });
    })
    .default('UTC'),
  inFlight: inFlight.optional(),
  ratePerSecond: rate.optional(),
  ratePerMinute: rate.optional(),
})
  .superRefine(oneRate)
  .superRefine(({ inFlight, ratePerSecond, ratePerMinute }, context) => {
    if (inFlight === undefined && ratePerSecond === undefined && ratePerMinute === undefined)
      context.addIssue({ code: 'custom', message: 'must name inFlight, ratePerSecond or ratePerMinute' });
  });

/** A definition's `limits`: how much of the service, and of the queue, its runs may take. */
export const limitsSchema = strictOptions({
  /** Calls in flight over all forwarders. Held by the mapping's MaximumConcurrency times a forwarder's own cap. */
  inFlight: inFlight.default(512),
  /** Calls that begin in a second, over all forwarders; at most one of the two. None by default. */
  ratePerSecond: rate.optional(),
  ratePerMinute: rate.optional(),
  /** Calls that may be made up for at once after a pause of the rate. */
  burst: z.number().int().min(0).max(10_000).default(0),
  /** Children that wait for their callback, or are called, at once, over all runs: see docs/callbacks.md. None by default. */
  waiting: z.number().int().min(1).max(10_000).optional(),
  /** The budget's name: pipelines that name the same share one rate, the calls in flight at an endpoint, and limits set by hand. */
  sharedAs: z.string().regex(NAME, 'must match [A-Za-z0-9_-]{1,48}').optional(),
  /** Other figures by time of day; the first that holds counts. */
  profiles: z.array(profile).max(20).default([]),
  /** Children of one run: a source that gives more is most likely the wrong one, and its run is closed. */
  maxChildren: z.number().int().min(1).max(1_000_000_000).default(1_000_000),
  /** Runs of this pipeline share its queue by message groups: a small one is not stuck behind a big one. */
  fairRuns: z.boolean().default(false),
})
  .superRefine(oneRate)
  .prefault({});
