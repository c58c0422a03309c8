import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definitionOf, type TemporaryProject, temporaryProject } from '../project.ts';

const SLOW = { timeout: 120_000 };

/** Interrupts the run that calls it, as Ctrl-C does, before it answers anything. */
const INTERRUPTING = `import { createServer } from 'node:http';
const server = createServer(() => process.kill(process.ppid, 'SIGINT'));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: \`http://127.0.0.1:\${server.address().port}\` })));
process.stdin.on('end', () => process.exit()).resume();
`;
const BROKEN = definitionOf('left', 'gone').replace('statistics({', 'statistics(({');

let project: TemporaryProject;
beforeAll(async () => {
  project = await temporaryProject();
  await project.write('pipelines/left/index.ts', definitionOf('left', 'gone'));
  await project.write('services/gone/server.ts', INTERRUPTING);
  for (const run of ['a', 'b', 'c']) expect((await project.run('run', 'left', '--run-id', run)).code).toBe(130);
  await rm(join(project.dir, 'services', 'gone'), { recursive: true });
}, SLOW.timeout);
afterAll(() => project.remove());

test('a run is cancelled, and its report made, without its service', SLOW, async () => {
  const { code, stdout } = await project.run('cancel', 'a', '-P', 'left', '--json');
  expect({ code, run: JSON.parse(stdout) }).toMatchObject({
    code: 0,
    run: { runId: 'a', status: 'cancelled', closed: 'cancelled', counts: { total: 1, cancelled: 1 } },
  });
});

test('a run that must call something says that its service is missing', SLOW, async () => {
  const { code, stderr } = await project.run('resume', 'b', '-P', 'left');
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/^ {2}endpoint\.service: must be/m) });
});

/** What a terminal says of a definition that isn't used. */
const WARNED = /^warning: Pipeline "left" doesn't build: pipelines\/left\/index\.ts:10:\d+: .+$/m;

test('runs are read and controlled while their definition does not build', SLOW, async () => {
  await project.write('pipelines/left/index.ts', BROKEN);
  const list = await project.run('list', '-P', 'left', '--active', '--json');
  expect(JSON.parse(list.stdout)).toMatchObject([{ runId: 'c' }, { runId: 'b' }]);
  // Its name is all that a list needs.
  expect(list.stderr).toBe('');
  for (const args of [
    ['show', 'b'],
    ['failures', 'b'],
    ['pause', 'b'],
  ]) {
    const said = await project.run(...args, '-P', 'left');
    expect(said, args.join(' ')).toMatchObject({ code: 0, stderr: expect.stringMatching(WARNED) });
  }
  const watch = await project.run('watch', 'b', '-P', 'left');
  expect(watch).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Run b is paused, and nobody works on it/m) });
  const resume = await project.run('resume', 'b', '-P', 'left');
  expect(resume).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: Pipeline "left" doesn't build/m) });
});

test(
  'a run cancelled while its definition does not build calls nothing more, and is reported once it does',
  SLOW,
  async () => {
    const { code, stdout } = await project.run('cancel', 'b', '-P', 'left');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        "Run b is cancelled: no new calls. Its report can't be made here for now; later: npx microprocess cancel b\n",
    });
    await project.write('pipelines/left/index.ts', definitionOf('left', 'gone'));
    const again = await project.run('cancel', 'b', '-P', 'left', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ runId: 'b', status: 'cancelled', counts: { cancelled: 1 } });
  },
);

test('a run is cancelled when its definition is gone, but a name without runs is a mistake', SLOW, async () => {
  await rm(join(project.dir, 'pipelines', 'left'), { recursive: true });
  await project.write('pipelines/other/index.ts', definitionOf('other'));
  const cancelled = await project.run('cancel', 'c', '-P', 'left');
  expect(cancelled).toMatchObject({ code: 0, stderr: expect.stringMatching(/^warning: There is no pipeline "left"/) });
  const mistaken = await project.run('cancel', 'c', '-P', 'lost');
  expect(mistaken.stderr).toMatch(
    /^warning: There is no pipeline "lost"\. Pipelines here: other\.\nerror: .*no run "c"/is,
  );
});
