import { definePipeline, type FromContext, from } from 'microprocess';
import * as z from 'zod';

interface Order {
  readonly id: number;
  readonly total: number;
}

/** A page of at most 100 orders behind an id, as some library gives them. */
async function ordersBehind(id: number, year: number): Promise<readonly Order[]> {
  return id === 0 ? [{ id: year * 100, total: 12.5 }] : [];
}

export default definePipeline({
  name: 'order-checks',
  params: z.object({ year: z.int().default(2026) }),
  source: from(
    async function* ({ params, cursor }: FromContext<{ year: number }, number>) {
      let last = cursor ?? 0;
      for (;;) {
        const page = await ordersBehind(last, params.year);
        if (page.length === 0) return;
        yield* page;
        last = page.at(-1)?.id ?? last;
      }
    },
    { cursor: ({ id }) => id, where: ({ total }) => total > 0 },
  ),
  endpoint: { service: 'orders', path: '/check' },
});
