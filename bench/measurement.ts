import * as z from 'zod';

/** What a measuring process is asked for. */
export const request = z.object({
  children: z.number(),
  inFlight: z.number(),
  serviceUrl: z.url(),
  servicePid: z.number(),
});
export type MeasureRequest = z.output<typeof request>;

const use = z.object({
  processes: z.array(z.object({ name: z.string(), cpuMs: z.number(), peakMB: z.number() })).readonly(),
  peakMB: z.number(),
});

/** What a measuring process answers, as the last line of its stdout. */
export const measured = z.object({
  /** From the first call, or the run's start, to the last answer, or the run's end with its report written. */
  seconds: z.number(),
  /** The measuring side's processes; the service's stand in `service`. */
  own: use,
  service: use,
});
export type Measured = z.output<typeof measured>;

const amounts = z.record(z.string(), z.number());

export const pipelineMeasured = measured.extend({
  status: z.string(),
  succeeded: z.number(),
  /** From the run's start to its first call. */
  firstCallSeconds: z.number(),
  /** From the service's last answer to the run's end. */
  reportSeconds: z.number(),
  openMost: z.number(),
  sdk: z.object({
    calls: amounts,
    retries: z.number(),
    writeUnits: z.number(),
    readUnits: z.number(),
    unitsBy: amounts,
    sqsRequests: z.number(),
    emptyReceives: z.number(),
  }),
});
export type PipelineMeasured = z.output<typeof pipelineMeasured>;
