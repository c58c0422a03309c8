import * as z from 'zod';
import { LAMBDA } from '../domain/limits.ts';
import { strictOptions } from './options.ts';

/** A definition's `limits`: how much of the service, and of the queue, its runs may take. */
export const limitsSchema = strictOptions({
  /** Calls in flight over all forwarders. Held by the mapping's MaximumConcurrency times a forwarder's own cap. */
  inFlight: z
    .number()
    .int()
    .min(LAMBDA.minMappingConcurrency)
    .max(256 * LAMBDA.maxMappingConcurrency)
    .default(512),
  /** Runs of this pipeline share its queue by message groups: a small one is not stuck behind a big one. */
  fairRuns: z.boolean().default(false),
}).prefault({});
