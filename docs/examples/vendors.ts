import { csv, definePipeline } from 'microprocess';
import * as z from 'zod';

const vendor = z.object({ name: z.string(), employees: z.coerce.number().int() });

export default definePipeline({
  name: 'vendor-scores',
  source: csv('./vendors.csv', { schema: vendor, onBadRow: 'skip', where: ({ employees }) => employees > 0 }),
  endpoint: { service: 'scores', path: '/score' },
});
