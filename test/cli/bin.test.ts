import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProject, programFolder } from '../../shared/project/project.mjs';
import { definitionOf, type TemporaryProject, temporaryProject } from './project.ts';

// Each call is a process that bundles the program: as few of them as there are things to see.
const SLOW = { timeout: 60_000 };

let project: TemporaryProject;
beforeAll(async () => {
  project = await temporaryProject();
  await project.write('pipelines/bad/index.ts', definitionOf('bad').replace('statistics({', 'statistics(({'));
  const reading = `import { readFileSync } from 'node:fs';\n${definitionOf('reading').replace(
    '[{ staff: 4 }]',
    "JSON.parse(readFileSync(new URL('./companies.json', import.meta.url), 'utf8'))",
  )}`;
  await project.write('pipelines/reading/index.ts', reading);
  await project.write('pipelines/reading/companies.json', '[{ "staff": 1 }, { "staff": 4 }, { "staff": 9 }]');
});
afterAll(() => project.remove());

describe('what only looks leaves nothing behind, whatever does not build:', () => {
  test.each([
    { args: ['--help'], environment: {}, stdout: /^Usage/, stderr: /^$/ },
    { args: ['list', '-P', 'reading'], environment: { TMPDIR: '/nowhere' }, stdout: /^$/, stderr: /^No runs\.\n$/ },
  ])('$args $environment', SLOW, async ({ args, environment, ...says }) => {
    const { code, stdout, stderr } = await project.runWith(environment, ...args);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.stringMatching(says.stdout),
      stderr: expect.stringMatching(says.stderr),
    });
    expect((await readdir(project.dir)).sort()).toEqual(['node_modules', 'pipelines', 'services', 'shared']);
    const { cache } = openProject(project.dir);
    expect(existsSync(programFolder(openProject(project.dir)))).toBe(false);
    expect((await readdir(cache)).filter((name) => name.startsWith('looking-'))).toEqual([]);
  });
});

test(
  'a pipeline that does not build says so, with file and line, where it is the one that is asked for',
  SLOW,
  async () => {
    const { code, stdout, stderr } = await project.run('run', 'bad');
    expect(stderr).toMatch(/^error: Pipeline "bad" doesn't build: pipelines\/bad\/index\.ts:10:\d+: .+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  },
);

test(
  'a pipeline reads files beside itself; that another does not build, or a folder cannot be written, is said once',
  SLOW,
  async () => {
    await project.write('a-file', '');
    const home = { MICROPROCESS_HOME: join(project.dir, 'a-file') };
    const { code, stdout, stderr } = await project.runWith(home, 'run', 'reading', '--dry-run', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ children: 3, callMsFrom: 'assumed' });
    expect(existsSync(programFolder(openProject(project.dir)))).toBe(true);
    expect(stderr).toMatch(
      /^warning: Pipeline "bad" is left out, as it doesn't build: pipelines\/bad\/index\.ts:10:\d+: .+$/m,
    );
    const said = stderr.split('\n').filter((line) => line.includes("can't be written"));
    expect(said).toEqual([
      expect.stringMatching(
        /^warning: .*a-file can't be written: state and results are in \S+\. MICROPROCESS_HOME .*\.$/,
      ),
    ]);
    const [, instead = ''] = /are in (\S+)\. /.exec(said[0] ?? '') ?? [];
    expect((await stat(instead)).mode & 0o777).toBe(0o700);
    await rm(instead, { recursive: true });
  },
);
