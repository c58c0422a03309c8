import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProject, programFolder } from '../../shared/project/project.mjs';
import { definitionOf, type TemporaryProject, temporaryProject } from './project.ts';

const SLOW = { timeout: 90_000 };

let project: TemporaryProject;
beforeAll(async () => {
  // esbuild takes a star in an entry for a pattern.
  project = await temporaryProject('microprocess-*-project-');
}, SLOW.timeout);
afterAll(() => project.remove());

test('a dry run takes state that a failed start left without table or bucket for none', SLOW, async () => {
  const { dir } = project;
  await rm(join(dir, '.state'), { recursive: true, force: true });
  // A first start whose service doesn't build ends once the emulators are up.
  await project.write('pipelines/half/index.ts', definitionOf('half', 'half'));
  await project.write('services/half/server.ts', 'export const = 1;');
  expect(await project.run('run', 'half')).toMatchObject({ code: 1, stderr: expect.stringMatching(/services\/half/) });
  expect(existsSync(join(dir, '.state', 'table'))).toBe(true);
  const { code, stderr } = await project.run('run', 'half', '--dry-run');
  expect(stderr).not.toMatch(/^error/m);
  expect(code).toBe(0);
});

test(
  'a reduce that throws ends its run with 1, every row, and its file and line; a cancel then says that it is over',
  SLOW,
  async () => {
    const merging = `const base = count({ columns: ['staff'] });
const start = () => Object.assign(base.start(), {
  merge() {
    throw new TypeError('out of an item');
  },
});`;
    const definition = definitionOf('broken')
      .replace('statistics.ts', 'count.ts')
      .replace('{ statistics }', '{ count }')
      .replace('export default', `${merging}\n\nexport default`)
      .replace(/reduce: .*,/, 'reduce: { ...base, start },');
    await project.write('pipelines/broken/index.ts', definition);
    const line = definition.split('\n').findIndex((text) => text.includes('throw new')) + 1;
    const place = `pipelines/broken/index.ts:${line}:`;
    // A variable that only looks like one of ours changes nothing.
    const run = await project.runWith({ MICROPROCESS_PACKAGE: '/nowhere' }, 'run', 'broken', '--run-id', 'b', '--json');
    expect(run.code).toBe(1);
    const failure = { reason: 'reduce-failed', detail: expect.stringContaining(place) };
    expect(JSON.parse(run.stdout)).toMatchObject({ status: 'failed', failure, counts: { total: 1 } });
    expect(run.stderr).toContain(place);
    expect(`${run.stdout}${run.stderr}`).not.toContain('out of an item');
    expect(await readFile(join(project.dir, 'out', 'b', 'report.csv'), 'utf8')).toMatch(
      /^id,staff,status,reason\n0-0\.0\.0,4,/,
    );
    const watched = await project.run('watch', 'b', '--pipeline', 'broken');
    expect(watched).toMatchObject({ code: 1, stdout: expect.stringContaining(place) });
    const cancelled = await project.run('cancel', 'b', '--pipeline', 'broken');
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringContaining('has ended: it is failed') });
  },
);

describe('what only looks', () => {
  let untouched: TemporaryProject;
  beforeAll(async () => {
    untouched = await temporaryProject();
    await untouched.write('pipelines/sound/index.ts', definitionOf('sound'));
  });
  afterAll(() => untouched.remove());

  test.each([
    { args: ['run', '--help'], code: 0 },
    { args: [], code: 2 },
  ])('leaves nothing behind: $args', SLOW, async ({ args, code }) => {
    expect((await untouched.run(...args)).code).toBe(code);
    expect((await readdir(untouched.dir)).sort()).toEqual(['node_modules', 'pipelines', 'services', 'shared']);
    expect(existsSync(programFolder(openProject(untouched.dir)))).toBe(false);
  });
});

test('doctor says that state and results cannot be written where they belong', SLOW, async () => {
  await project.write('pipelines/sound/index.ts', definitionOf('sound'));
  await project.write('a-file', '');
  const home = join(project.dir, 'a-file');
  const doctor = await project.runWith({ MICROPROCESS_HOME: home }, 'doctor', '--pipeline', 'sound');
  expect(doctor).toMatchObject({ code: 0, stdout: expect.stringMatching(/^! state .*a-file can't be written/m) });
  const [, instead = ''] = /are in (\S+)\. /.exec(doctor.stdout) ?? [];
  await rm(instead, { recursive: true });
});
