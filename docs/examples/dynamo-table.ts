import { definePipeline } from 'microprocess';
import { dynamoTable } from 'microprocess/dynamodb';
import * as z from 'zod';

const company = z.object({ id: z.string(), employees: z.number(), address: z.object({ city: z.string() }) });

export default definePipeline({
  name: 'company-checks',
  params: z.object({ least: z.int().default(10) }),
  source: dynamoTable('companies', {
    attributes: ['id', 'employees', 'address.city'],
    filter: ({ least }: { least: number }) => ({ expression: 'employees >= :least', values: { ':least': least } }),
    segments: 16,
    schema: company,
  }),
  endpoint: { service: 'companies', path: '/check' },
});
