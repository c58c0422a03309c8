import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { definitionOf, type ProjectCopy, projectCopy } from './project.ts';

const SLOW = { timeout: 90_000 };

let project: ProjectCopy;
beforeAll(async () => {
  project = await projectCopy();
}, SLOW.timeout);
afterAll(() => project.remove());

describe('a service that is not there', () => {
  test('is said before anything starts: the pipeline, the field, what there is and what to do', SLOW, async () => {
    await project.write('pipelines/credit-scores/index.ts', definitionOf('credit-scores', 'scores'));
    const { code, stdout, stderr } = await project.run('run', 'credit-scores');
    expect(stderr).toBe(
      'error: Pipeline "credit-scores" is not valid:\n' +
        '  endpoint.service: must be a folder of services/ with a server.ts; there is: airports. ' +
        'Add services/scores/server.ts, or name one of these, or call a service that runs already: --endpoint <url>. (received "scores")\n',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(existsSync(join(project.dir, '.state'))).toBe(false);
  });
});
