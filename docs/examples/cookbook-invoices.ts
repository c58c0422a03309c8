import { definePipeline, json, jsonLines } from 'microprocess';
import * as z from 'zod';

const invoice = z.object({ id: z.string(), text: z.string() });
const read = z.object({ id: z.string(), total: z.number(), currency: z.string().length(3) });

export default definePipeline({
  name: 'read-invoices',
  // Each file is one JSON document, pinned by its ETag when the run is planned.
  source: json('s3://invoices/2026/', { document: true, schema: invoice, onBadRow: 'report' }),
  endpoint: { service: 'reader', path: '/read', itemsPerCall: 20 },
  answer: read,
  outputs: { invoices: jsonLines({ columns: ['id', 'total', 'currency'], gzip: true }) },
});
