/**
 * AWS figures the design rests on, in one place so that planner, validators and docs agree.
 * Units are in the names. Sources: AWS service quota pages, collected November 2026.
 */
export const SQS = {
  /** One message, and also the sum of a 10-entry batch. */
  maxPayloadBytes: 1_048_576,
  maxBatchEntries: 10,
  maxDelaySeconds: 900,
  maxVisibilitySeconds: 43_200,
  maxRetentionSeconds: 14 * 86_400,
  /** What SQS bills as one request. */
  billedChunkBytes: 65_536,
} as const;

export const LAMBDA = {
  maxTimeoutSeconds: 900,
  /** Concurrent executions of an account that AWS hasn't lowered: it takes no request for less. */
  usualConcurrency: 1_000,
  /** Lowest MaximumConcurrency an SQS event-source mapping takes, and the highest. */
  minMappingConcurrency: 2,
  maxMappingConcurrency: 1_000,
  /** AWS's advice: a queue's visibility time-out is at least this many times its function's time-out. */
  visibilityFactor: 6,
  /** Of a service's functions, where the CDK app says nothing else. */
  cloneMemoryMB: 512,
} as const;

export const DYNAMODB = {
  maxItemBytes: 409_600,
  writeUnitBytes: 1_024,
  readUnitBytes: 4_096,
} as const;

export const S3 = { minPartBytes: 5 * 1_048_576, maxCopyBytes: 5 * 1_073_741_824 } as const;

export const SES = { maxMessageBytes: 40 * 1_048_576, maxRecipients: 50 } as const;

/** Sizes of our own, chosen against the figures above. */
export const SIZES = {
  /** Children of one block: a number set of this many is about 650 bytes, one write unit. */
  blockChildren: 256,
  /** Children one message carries at most. */
  slotChildren: 64,
  /** A slot ends early when its items reach this: ten such messages still fit one batch. */
  slotBytes: 60_000,
  /** A page holds at most this much JSON before compression, so that no table item passes 100 KB. */
  pageBytes: 90_000,
  /** A single item or result larger than this goes to S3 by reference. */
  inlineBytes: 32_768,
  /** An item, or the body that is made of it, as JSON: what a Lambda takes as a request. */
  jsonBytes: 6_291_456,
  /** What a reduce may store of one segment, as JSON: a finish reads a few of them at once. */
  statisticsBytes: 4_194_304,
  /** Characters of one row's cells: 256 such rows are compressed, copied and read at once. */
  rowCells: 1_048_576,
  /** Slices a run may have. */
  slices: 1_000,
  /** Segments a slice may have; with `slices` this packs a segment's place into one number. */
  segmentsPerSlice: 4_096,
  /** Mail attachments above this are linked instead. */
  attachmentBytes: 5 * 1_048_576,
} as const;

/** US dollars in us-east-1, November 2026, from AWS's price pages. For estimates that say so, never for a bill. */
export const PRICES = {
  perMillionWriteUnits: 0.625,
  perMillionReadUnits: 0.125,
  perMillionQueueRequests: 0.4,
  perMillionObjectWrites: 5,
  perMillionObjectReads: 0.4,
  perLambdaGbSecond: 0.0000133334,
  perMillionInvocations: 0.2,
  perMillionSchedules: 1,
  perAlarmMonth: 0.1,
  perSecretMonth: 0.4,
  /** Linux on arm64. */
  perFargateVcpuHour: 0.0324,
  perFargateGbHour: 0.0036,
  /** An application load balancer, and each of its capacity units: a gigabyte an hour, among others. */
  perBalancerHour: 0.0225,
  perBalancerUnitHour: 0.008,
} as const;

/** The last second of the year 9999. Milliseconds given as seconds are beyond it. */
export const LAST_SECOND = 253_402_300_799;
