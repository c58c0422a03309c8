import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundledCode } from '../../infra/bundling.ts';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';

const folder = process.cwd();
const outdir = mkdtempSync(join(tmpdir(), 'microprocess-bundling-'));
beforeAll(() => process.chdir(FIXTURE_PROJECT));
afterAll(() => {
  process.chdir(folder);
  rmSync(outdir, { recursive: true });
});

test("a module is bundled by a path that begins in the app's folder", () => {
  const stack = new Stack(new App({ outdir }), 'Shop');
  const code = bundledCode('services/companies/lambda.ts');
  new LambdaFunction(stack, 'Companies', { code, handler: 'index.handler', runtime: Runtime.NODEJS_24_X });
  const assets = readdirSync(outdir).filter((name) => name.startsWith('asset.'));
  expect(assets.map((name) => readdirSync(join(outdir, name)).sort())).toEqual([['index.js', 'index.js.map']]);
}, 60_000);

test('one that is not there is named, before anything is bundled', () => {
  expect(() => bundledCode('services/nowhere/lambda.ts')).toThrow(
    `A function needs ${join(FIXTURE_PROJECT, 'services/nowhere/lambda.ts')}, which exports`,
  );
});
