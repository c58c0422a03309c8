import * as z from 'zod';
import { definePipeline, type Pipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { type Item, makeItems } from '../data.ts';

/** What the pipelines of two rows differ in; each process makes its pipeline of these. */
export const pipelineSettings = z.object({
  name: z.string().default('push'),
  children: z.number(),
  limits: z
    .object({
      inFlight: z.number().optional(),
      ratePerSecond: z.number().optional(),
      sharedAs: z.string().optional(),
      fairRuns: z.boolean().optional(),
    })
    .default({}),
  timeoutSeconds: z.number().default(10),
});
export type PipelineSettings = z.output<typeof pipelineSettings>;

/** A pipeline that does little but call. */
export function pushPipeline({ name, children, limits, timeoutSeconds }: PipelineSettings): Pipeline {
  const items = makeItems(children);
  return definePipeline({
    name,
    source: list<Item>(() => items),
    endpoint: { service: 'push', path: '/score', timeoutSeconds },
    limits,
  });
}

/** How a service answers. */
export const serviceRule = z.object({
  /** How long a call takes that it takes on. */
  ms: z.number(),
  /** Calls that it takes on at once: 429 to others. */
  atOnce: z.number().optional(),
  /** Calls that it takes on within any second: 429 to others. */
  perSecond: z.number().optional(),
  /** Answers the call of this number with 503 and `Retry-After`. */
  retryAfter: z.object({ call: z.number(), seconds: z.number() }).optional(),
});
export type ServiceRule = z.output<typeof serviceRule>;

/** A call as the service saw it; epoch milliseconds, fractions included. */
const serviceCall = z.object({
  at: z.number(),
  /** Null while it is open, or where its caller went away first. */
  answeredAt: z.number().nullable(),
  status: z.number(),
  /** The process that made it. */
  forwarder: z.string(),
  pipeline: z.string(),
  run: z.string(),
  attempt: z.number(),
});
export type ServiceCall = z.output<typeof serviceCall>;

/** All that a service saw. */
export const serviceSaw = z.object({
  calls: z.array(serviceCall),
  /** Most calls open at once, and most connections. */
  mostOpen: z.number(),
  mostConnections: z.number(),
  /** For which its process stood still at most. */
  longestPauseMs: z.number(),
});
export type ServiceSaw = z.output<typeof serviceSaw>;

/** What a forwarder process asked of the gate's items. */
export const gateCosts = z.object({ gateReads: z.number(), gateWrites: z.number() });
export type GateCosts = z.output<typeof gateCosts>;
