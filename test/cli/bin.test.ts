import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProject, programFolder } from '../../shared/project/project.mjs';
import { definitionOf, type TemporaryProject, temporaryProject } from './project.ts';

const SLOW = { timeout: 90_000 };

let project: TemporaryProject;
beforeAll(async () => {
  project = await temporaryProject();
}, SLOW.timeout);
afterAll(() => project.remove());

describe('a service that is not there', () => {
  test('is said before anything starts: the pipeline, the field, what there is and what to do', SLOW, async () => {
    await project.write('pipelines/credit-scores/index.ts', definitionOf('credit-scores', 'scores'));
    const { code, stdout, stderr } = await project.run('run', 'credit-scores');
    expect(stderr).toBe(
      'error: Pipeline "credit-scores" is not valid:\n' +
        '  endpoint.service: must be a folder of services/ with a server.ts; there is: companies. ' +
        'Add services/scores/server.ts, or name one of these, or call a service that runs already: --endpoint <url>. (received "scores")\n',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(existsSync(join(project.dir, '.state'))).toBe(false);
  });

  test('is not needed to say what a run would come to', SLOW, async () => {
    const { code, stdout, stderr } = await project.run('run', 'credit-scores', '--dry-run', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ children: 1, callMsFrom: 'assumed' });
  });
});

describe('a pipeline that does not build', () => {
  const broken = definitionOf('bad').replace('statistics({', 'statistics(({');
  const LEFT_OUT = /^warning: Pipeline "bad" is left out, as it doesn't build: pipelines\/bad\/index\.ts:10:\d+: .+\n/;

  beforeAll(async () => {
    await project.write('pipelines/bad/index.ts', broken);
    await project.write('pipelines/sound/index.ts', definitionOf('sound'));
    await project.write('pipelines/empty/notes.txt', 'to be written');
    await project.write('pipelines/notes.md', 'No folder at all.');
  });

  test('is no obstacle to help, nor to another one, which is told in a line', SLOW, async () => {
    const help = await project.run('--help');
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Usage/) });
    const other = await project.run('show', 'march', '--pipeline', 'sound');
    expect(other.stderr).toMatch(LEFT_OUT);
    expect(other.stderr.replace(LEFT_OUT, '')).toMatch(/^error: Pipeline "sound" has no run "march"/);
  });

  test('says its own error, with file and line, where it is the one that is asked for', SLOW, async () => {
    const { code, stdout, stderr } = await project.run('run', 'bad');
    expect(stderr).toMatch(/^error: Pipeline "bad" doesn't build: pipelines\/bad\/index\.ts:10:\d+: .+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('is none where the folder has no index.ts', SLOW, async () => {
    const { code, stderr } = await project.run('run', 'empty');
    expect(stderr).toMatch(/no pipeline "empty"\. Pipelines here: bad, credit-scores, sound\./);
    expect(code).toBe(2);
  });
});

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

test('a pipeline reads files beside itself', SLOW, async () => {
  const reading = `import { readFileSync } from 'node:fs';\n${definitionOf('reading').replace(
    '[{ staff: 4 }]',
    "JSON.parse(readFileSync(new URL('./companies.json', import.meta.url), 'utf8'))",
  )}`;
  await project.write('pipelines/reading/index.ts', reading);
  await project.write('pipelines/reading/companies.json', '[{ "staff": 1 }, { "staff": 4 }, { "staff": 9 }]');
  const { stdout } = await project.run('run', 'reading', '--dry-run', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ children: 3 });
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
    const run = await project.run('run', 'broken', '--run-id', 'b', '--json');
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
    { args: ['--help'], code: 0 },
    { args: ['run', '--help'], code: 0 },
    { args: ['list'], code: 0 },
    { args: [], code: 2 },
  ])('leaves nothing behind: $args', SLOW, async ({ args, code }) => {
    expect((await untouched.run(...args)).code).toBe(code);
    expect((await readdir(untouched.dir)).sort()).toEqual(['node_modules', 'pipelines', 'services', 'shared']);
    expect(existsSync(programFolder(openProject(untouched.dir)))).toBe(false);
  });

  test('as a run does', SLOW, async () => {
    await untouched.run('run', '--dry-run');
    expect(existsSync(programFolder(openProject(untouched.dir)))).toBe(true);
  });
});

test('where state and results cannot be written, another place is taken, which is said once', SLOW, async () => {
  await project.write('pipelines/sound/index.ts', definitionOf('sound'));
  await project.write('a-file', '');
  const home = join(project.dir, 'a-file');
  const { code, stderr } = await project.runWith({ MICROPROCESS_HOME: home }, 'run', 'sound', '--dry-run');
  const [warning, ...more] = stderr.split('\n').filter((line) => line.includes("can't be written"));
  expect({ code, more }).toEqual({ code: 0, more: [] });
  expect(warning).toMatch(
    /^warning: .*a-file can't be written: state and results are in \S+\. MICROPROCESS_HOME .*\.$/,
  );
  const instead = /are in (\S+)\. /.exec(warning ?? '')?.[1] ?? '';
  expect((await stat(instead)).mode & 0o777).toBe(0o700);
  const doctor = await project.runWith({ MICROPROCESS_HOME: home }, 'doctor', '--pipeline', 'sound');
  expect(doctor).toMatchObject({ code: 0, stdout: expect.stringMatching(/^! state .*a-file can't be written/m) });
  await rm(instead, { recursive: true });
});
