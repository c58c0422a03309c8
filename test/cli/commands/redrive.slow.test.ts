import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { reportRows, summarySchema } from '../report-rows.ts';
import { microprocess, temporaryHome } from '../support.ts';

/** Every process of a run starts here, on a machine that may be busy. */
const SLOW = { timeout: 90_000 };

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

describe('a service that fails', () => {
  const SMALL = 60;
  let service: Server;
  let url: string;
  let isBroken: (body: string) => boolean;
  beforeAll(async () => {
    service = createServer(async (request, response) => {
      const broken = isBroken(await text(request));
      response.statusCode = broken ? 400 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(broken ? { title: 'no' } : { band: 'small', score: 1 }));
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    const address = service.address();
    if (address === null || typeof address === 'string') throw new Error('No port.');
    url = `http://127.0.0.1:${address.port}`;
  });
  afterAll(() => {
    service.close();
    service.closeAllConnections();
  });

  test('fails the run with reasons; a redrive calls those children alone, and the report is whole', SLOW, async () => {
    const calls: string[] = [];
    // Every child of few staff, which is neither all nor none.
    isBroken = (body) => z.object({ staff: z.number() }).parse(JSON.parse(body)).staff < 500;
    const ran = await microprocess('run', '--limit', String(SMALL), '--run-id', 'bad', '--endpoint', url, '--json');
    const summary = summarySchema.parse(JSON.parse(ran.stdout));
    expect(ran.code).toBe(1);
    const failed = (await reportRows(summary.paths.report)).filter(({ status }) => status === 'FAILED');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(SMALL);
    expect(summary).toMatchObject({ status: 'failed', reasons: [{ reason: 'http-400', count: failed.length }] });

    const listed = await microprocess('failures', 'bad', '--json');
    const lines = listed.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual(
      failed.map(({ id, name }) =>
        expect.objectContaining({
          id,
          status: 'FAILED',
          reason: 'http-400',
          attempts: 1,
          item: expect.objectContaining({ name }),
        }),
      ),
    );
    expect((await microprocess('redrive', 'bad', '--reason', 'timeout')).code).toBe(2);

    isBroken = (body) => {
      calls.push(body);
      return false;
    };
    const again = await microprocess('redrive', 'bad', '--endpoint', url, '--json');
    const whole = summarySchema.parse(JSON.parse(again.stdout));
    expect(again.code).toBe(0);
    expect(whole).toMatchObject({ runId: 'bad~2', status: 'succeeded', counts: { total: SMALL, succeeded: SMALL } });
    expect(calls).toHaveLength(failed.length);
    const [before, after] = await Promise.all([reportRows(summary.paths.report), reportRows(whole.paths.report)]);
    expect(after.map(({ id, name }) => [id, name])).toEqual(before.map(({ id, name }) => [id, name]));

    const last = failed.at(-1);
    const child = await microprocess('show', 'bad~2', last?.id ?? '', '--json');
    expect(JSON.parse(child.stdout)).toMatchObject({
      id: last?.id,
      status: 'SUCCEEDED',
      item: { name: last?.name },
      attempts: 2,
    });
  });
});
