import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definitionOf, type TemporaryProject, temporaryProject } from '../project.ts';
import { microprocess } from '../support.ts';

let project: TemporaryProject;
const folder = process.cwd();
beforeAll(async () => {
  project = await temporaryProject();
  await project.write('pipelines/credit-scores/index.ts', definitionOf('credit-scores', 'scores'));
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

test('a service that is not there is not needed to say what a run would come to', async () => {
  const { code, stdout, stderr } = await microprocess('run', 'credit-scores', '--dry-run', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ children: 1, callMsFrom: 'assumed' });
});

test('a folder without an index.ts is no pipeline', async () => {
  const { code, stderr } = await microprocess('run', 'empty');
  expect(stderr).toMatch(/no pipeline "empty"\. Pipelines here: credit-scores\./);
  expect(code).toBe(2);
});
