import type { LambdaContext, LambdaEvent } from 'hono/aws-lambda';
import * as z from 'zod';
import { handler as render } from '../../../../../services/renders/lambda.ts';

const handed = z.object({ worker: z.url() });

/**
 * As the example's. A scene that names a worker is handed to that, with the URL of its callback: no function goes on behind its answer, and what
 * truly waits must be ended from elsewhere.
 */
export async function handler(event: LambdaEvent, context: LambdaContext) {
  const { worker } = handed.safeParse(JSON.parse(event.body ?? 'null')).data ?? {};
  if (worker === undefined) return render(event, context);
  const url = [event.headers?.['microprocess-callback'] ?? ''].flat().join();
  await fetch(worker, { method: 'POST', body: url });
  return { statusCode: 202, body: '' };
}
