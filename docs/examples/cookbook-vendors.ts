import { csv, definePipeline, parquet, statistics } from 'microprocess';
import * as z from 'zod';

const vendor = z.object({
  vendor: z.string().min(1),
  country: z.string().length(2),
  invoices: z.coerce.number().int(),
});
const risk = z.object({ score: z.number(), lateDays: z.number() });
type Vendor = z.output<typeof vendor>;
type Risk = z.output<typeof risk>;

export default definePipeline({
  name: 'vendor-risk',
  // Rows that are no vendor are rows of the report, and no calls.
  source: csv('./vendors.csv', { schema: vendor, onBadRow: 'report' }),
  endpoint: { service: 'risk', path: '/assess' },
  answer: risk,
  tolerate: { failedPercent: 5 },
  reduce: statistics<Vendor, Risk>({
    values: {
      score: { of: ({ result }) => result?.score },
      lateDays: { unit: 'days', of: ({ result }) => result?.lateDays },
    },
    groupBy: 'country',
    label: 'vendor',
  }),
  outputs: {
    risks: parquet<Vendor, Risk>({
      columns: {
        vendor: 'string',
        invoices: 'integer',
        score: { type: 'double', of: ({ result }) => result?.score },
        lateDays: { type: 'double', of: ({ result }) => result?.lateDays },
      },
      partitionBy: 'country',
    }),
  },
});
