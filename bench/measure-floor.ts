import { Pool } from 'undici';
import { makeItems } from './data.ts';
import type { Measured, MeasureRequest } from './measurement.ts';
import { ProcessWatch } from './processes.ts';

/**
 * The floor: the same calls, with the same headers over as many connections, by undici and nothing else. Answers are read
 * to their end and parsed, as whoever calls a service must.
 */
export async function measureFloor({ children, inFlight, serviceUrl, servicePid }: MeasureRequest): Promise<Measured> {
  const bodies = makeItems(children).map((item) => JSON.stringify(item));
  const pool = new Pool(serviceUrl, { connections: inFlight, pipelining: 1, keepAliveTimeout: 30_000 });
  const own = new ProcessWatch({ undici: process.pid });
  const service = new ProcessWatch({ service: servicePid });
  let next = 0;
  const lane = async () => {
    while (next < children) {
      const n = next++;
      const child = `0-0.${n >> 8}.${n & 255}`;
      const response = await pool.request({
        method: 'POST',
        path: '/score',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'microprocess-pipeline': 'bench',
          'microprocess-run': '20260101-000000-abcdef',
          'microprocess-child': child,
          'microprocess-attempt': '1',
          'idempotency-key': `20260101-000000-abcdef.${child}`,
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
        },
        body: bodies[n] ?? '',
      });
      await response.body.json();
      if (response.statusCode !== 200) throw new Error(`The service answered ${response.statusCode}; expected 200.`);
    }
  };
  for (const watch of [own, service]) watch.begin();
  const started = performance.now();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - started) / 1_000;
  for (const watch of [own, service]) watch.end();
  await pool.destroy();
  return { seconds, own: own.stop(), service: service.stop() };
}
