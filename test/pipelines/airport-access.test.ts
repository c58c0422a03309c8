import { execFile } from 'node:child_process';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { bundleFunction } from '../../shared/project/bundle-function.ts';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';

// Bundling and starting processes: slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  bundleFunction(join(PACKAGE_DIR, 'pipelines/airport-access/index.ts'), join(folder, 'pipeline'));
  bundleFunction(join(PACKAGE_DIR, 'services/airports/lambda.ts'), join(folder, 'service'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a script as a function's runtime would: CommonJS, in a process of its own, away from node_modules. */
async function run(script: string): Promise<unknown> {
  const wrapped = `(async () => { ${script} })().then((result) => console.log(JSON.stringify(result)))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', wrapped], { cwd: folder });
  return JSON.parse(stdout);
}

const PLAN = `const { default: { source, params } } = require('./pipeline'); return source.plan({ params: params.parse({}) });`;

test('with the file that it declares beside the bundle it plans all cities', async () => {
  expect(await run(PLAN)).toEqual([
    [0, 50_000],
    [50_000, 100_000],
    [100_000, 135_233],
  ]);
});

test('without the file the definition loads; only the one who asks for the cities needs it, and is told its name', async () => {
  await rename(join(folder, 'pipeline/cities.pbf'), join(folder, 'cities.pbf'));
  expect(await run(`return require('./pipeline').default.name;`)).toBe('airport-access');
  await expect(run(PLAN)).rejects.toThrow(/ENOENT.*cities\.pbf/);
});

test('the service answers a Function URL, body in base64 or not', async () => {
  const http = { method: 'POST', path: '/nearest' };
  const event = {
    version: '2.0',
    rawPath: http.path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', host: 'airports.example' },
    requestContext: { http, domainName: 'airports.example' },
  };
  const body = '{"lat":48.2,"lon":16.37}';
  const plain = JSON.stringify({ ...event, body, isBase64Encoded: false });
  const encoded = JSON.stringify({ ...event, body: Buffer.from(body).toString('base64'), isBase64Encoded: true });
  const answers = await run(
    `const { handler } = require('./service'); return [await handler(${plain}, {}), await handler(${encoded}, {})];`,
  );
  const answer = { statusCode: 200, body: '{"airport":"VIE","name":"Vienna International Airport","km":17.9}' };
  expect(answers).toMatchObject([answer, answer]);
});
