import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { bundleFunction } from '../../../shared/project/bundle-function.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { FIXTURE_PROJECT } from '../../fixtures/project.ts';

const folder = mkdtempSync(join(tmpdir(), 'microprocess-api-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

const MOST_BYTES = 2_000_000;
const bundled = z.object({
  handler: z.custom<(...given: unknown[]) => Promise<void>>((value) => typeof value === 'function'),
});

/** What Lambda gives a function that streams. */
class Answer extends PassThrough {
  status = 0;
}

test('the function is one file with the definitions of its pipelines, and lets in whose signature Lambda has checked', async () => {
  const entries = ['scores', 'nightly-audit'].map((name) => join(FIXTURE_PROJECT, 'pipelines', name, 'index.ts'));
  bundleFunction(join(PACKAGE_DIR, 'functions', 'api', 'index.ts'), folder, entries, [], 'node20');
  expect(statSync(join(folder, 'index.js')).size).toBeLessThan(MOST_BYTES);

  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from: (stream: Answer, { statusCode }: { statusCode: number }) => Object.assign(stream, { status: statusCode }),
    },
  });
  for (const [name, value] of Object.entries({
    ...{ AWS_REGION: 'eu-west-1', MP_TABLE: 'table', MP_BUCKET: 'bucket' },
    MP_SPLIT_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/{scores=one,nightly-audit=two}',
    MP_API: '{"rate":{"perSecond":20,"burst":40}}',
  }))
    vi.stubEnv(name, value);
  const { handler } = bundled.parse(createRequire(import.meta.url)(join(folder, 'index.js')));
  const ask = async (authorizer: unknown) => {
    const answer = new Answer();
    const http = { method: 'GET', path: '/pipelines' };
    const requestContext = { http, authorizer, domainName: 'api.example.com' };
    await handler(
      { version: '2.0', rawPath: '/pipelines', rawQueryString: '', headers: {}, requestContext },
      answer,
      {},
    );
    return { status: answer.status, body: await text(answer) };
  };
  const signed = await ask({ iam: { userArn: 'arn:aws:sts::1:assumed-role/checkout/session' } });
  expect(signed.status).toBe(200);
  expect(JSON.parse(signed.body).pipelines).toMatchObject([{ name: 'nightly-audit' }, { name: 'scores' }]);
  expect((await ask(undefined)).status).toBe(401);
});
