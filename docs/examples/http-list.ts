import { definePipeline } from 'microprocess';
import { httpList } from 'microprocess/http';
import * as z from 'zod';

const order = z.object({ id: z.string(), total: z.number() });

export default definePipeline({
  name: 'invoices',
  params: z.object({ year: z.int().default(2026) }),
  source: httpList({
    path: '/orders',
    query: ({ year }: { year: number }) => ({ year, limit: 200 }),
    items: 'data',
    next: { by: 'cursor', field: 'next', parameter: 'after' },
    schema: order,
    where: ({ total }) => total > 0,
  }),
  endpoint: { service: 'orders', path: '/invoice' },
});
