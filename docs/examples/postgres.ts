import { definePipeline } from 'microprocess';
import { postgres } from 'microprocess/postgres';
import * as z from 'zod';

const vendor = z.object({ id: z.string(), name: z.string(), founded: z.iso.date().nullable() });

export default definePipeline({
  name: 'vendor-checks',
  params: z.object({ country: z.string().default('AT') }),
  source: postgres({
    secret: 'vendors/database',
    query: 'select id, name, founded from vendors where country = $1',
    values: ({ country }: { country: string }) => [country],
    key: 'id',
    schema: vendor,
  }),
  endpoint: { service: 'vendors', path: '/check' },
});
