import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readEnvFile } from '../../../cli/env-file.ts';
import { fakeS3 } from '../../local/fake-s3.ts';
import { definitionOf, type TemporaryProject, temporaryProject } from '../project.ts';
import { microprocess } from '../support.ts';

let project: TemporaryProject;
const folder = process.cwd();
beforeAll(async () => {
  project = await temporaryProject();
  await project.write('pipelines/credit-scores/index.ts', definitionOf('credit-scores', 'scores'));
  const calling = (name: string, endpoint: string) =>
    project.write(`pipelines/${name}/index.ts`, definitionOf(name, 'scores').replace(/endpoint: \{[^}]*\}/, endpoint));
  await calling('bound', "endpoint: { name: 'scores', path: '/score' }");
  await calling(
    'keyed',
    "endpoint: { name: 'ratings', path: '/score', auth: { type: 'bearer', secret: 'scores/token' } }",
  );
  const ofAccount = definitionOf('of-account', 'scores')
    .replaceAll('sources/list', 'sources/csv')
    .replace('{ list }', '{ csv }')
    .replace('list(() => [{ staff: 4 }])', "csv('s3://companies/all.csv')");
  await project.write('pipelines/of-account/index.ts', ofAccount);
  await project.write('pipelines/empty/notes.txt', 'to be written');
  await project.write('pipelines/notes.md', 'No folder at all.');
  process.chdir(project.dir);
});
afterAll(async () => {
  process.chdir(folder);
  await project.remove();
});

test('a service that is not there is said before anything starts: pipeline, field, what there is and what to do', async () => {
  const { code, stdout, stderr } = await microprocess('run', 'credit-scores');
  expect(stderr).toBe(
    'error: Pipeline "credit-scores" is not valid:\n' +
      '  endpoint.service: must be a folder of services/ with a server.ts; there is: companies. ' +
      'Add services/scores/server.ts, or name one of these, or call a service that runs already: --endpoint <url>. (received "scores")\n',
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(existsSync(join(project.dir, '.state'))).toBe(false);
});

test('a name that an app binds, a secret and leave to read an account are asked for before anything starts', async () => {
  // What another pipeline calls is no mistake, and nothing for this one.
  const bound = await microprocess('run', 'bound', '--endpoint', 'ratings=http://127.0.0.1:1');
  expect(bound).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/endpoint\.name: is bound .* --endpoint <url> \(received "scores"\)/),
  });
  const keyed = await microprocess('run', 'keyed', '--endpoint', 'http://127.0.0.1:1');
  expect(keyed).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('set SECRET_SCORES_TOKEN, or write it to .env'),
  });
  const ofAccount = await microprocess('run', 'of-account', '--endpoint', 'http://127.0.0.1:1');
  expect(ofAccount).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('s3://companies/all.csv of an AWS account: add --aws'),
  });
  const atStage = await microprocess('start', 'of-account', '--stage', 'dev', '--aws');
  expect(atStage).toMatchObject({ code: 2, stderr: expect.stringContaining('--aws is for this machine') });
  expect(existsSync(join(project.dir, '.state'))).toBe(false);
});

test('a .env of the project holds what this process is not told otherwise', async () => {
  await project.write('.env', 'SECRET_OF_ENV_TEST=from the file\nSECRET_OF_BOTH=from the file\n');
  vi.stubEnv('SECRET_OF_BOTH', 'told');
  vi.stubEnv('SECRET_OF_ENV_TEST', undefined);
  readEnvFile();
  expect([process.env.SECRET_OF_ENV_TEST, process.env.SECRET_OF_BOTH]).toEqual(['from the file', 'told']);
  vi.unstubAllEnvs();
});

test('what a run would come to needs no service, and reads the account where that was asked for', async () => {
  const s3 = await fakeS3('name\nAda\nGrace\n');
  for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
  try {
    const { code, stdout, stderr } = await microprocess('run', 'of-account', '--aws', '--dry-run', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ children: 2, callMsFrom: 'assumed' });
    expect(s3.asked.every((line) => line.endsWith('MINE,eu-north-1'))).toBe(true);
  } finally {
    vi.unstubAllEnvs();
    await s3.stop();
  }
});

test('a folder without an index.ts is no pipeline', async () => {
  const { code, stderr } = await microprocess('run', 'empty');
  expect(stderr).toMatch(/no pipeline "empty"\. Pipelines here: bound, credit-scores, keyed, of-account\./);
  expect(code).toBe(2);
});
