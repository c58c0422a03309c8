import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { execute } from '../../../cli/program.ts';
import { type TemporaryProject, temporaryProject } from '../project.ts';
import { Captured, microprocess, withEnvironment } from '../support.ts';

const SLOW = 90_000;
const DEFINITION = `import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
export default definePipeline({
  name: 'reminders',
  source: list(() => []),
  endpoint: { service: 'companies', path: '/score' },
  tasks: {},
});
`;
const view = z.object({ id: z.string(), state: z.string(), calls: z.number() });

let project: TemporaryProject;
let leave: () => void;
beforeAll(async () => {
  project = await temporaryProject();
  await project.write('pipelines/reminders/index.ts', DEFINITION);
  const restore = withEnvironment({ MICROPROCESS_HOME: undefined, MICROPROCESS_STAGE: undefined });
  const folder = process.cwd();
  process.chdir(project.dir);
  leave = () => {
    process.chdir(folder);
    restore();
  };
});
afterAll(async () => {
  leave();
  await project.remove();
});

test('tasks are created, moved, cancelled and called on this machine, by commands of other terminals', {
  timeout: SLOW,
}, async () => {
  const early = await microprocess('tasks', 'create', '{"staff":4}');
  expect(early).toMatchObject({ code: 2, stdout: '' });
  expect(early.stderr).toContain('tasks work');

  const [stdout, stderr, end] = [new Captured(), new Captured(), new AbortController()];
  const works = new Promise<void>((resolve) =>
    stderr.on('said', () => /as they come due/.test(stderr.text) && resolve()),
  );
  const stdin = process.stdin;
  const working = execute(['tasks', 'work'], { stdin, stdout, stderr, signal: end.signal });
  await Promise.race([works, working]);
  expect(stderr.text).toContain('as they come due');

  await project.write(
    'tasks.jsonl',
    ['a', 'b', 'c']
      .map((id) => JSON.stringify({ id, executeAt: '2999-01-01T00:00:00Z', item: { staff: 4 } }))
      .join('\n'),
  );
  const created = await microprocess('tasks', 'create', '--tasks', 'tasks.jsonl', '--json');
  expect(
    created.stdout
      .trimEnd()
      .split('\n')
      .map((line) => view.parse(JSON.parse(line))),
  ).toEqual(['a', 'b', 'c'].map((id) => ({ id, state: 'pending', calls: 0 })));
  expect(await microprocess('tasks', 'create', '{"staff":5}', '--id', 'a', '--at', '90s')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Task "a" exists with another time'),
  });
  expect((await microprocess('tasks', 'create', '1', '--at', 'noon')).stderr).toContain('(received "noon")');
  const cancelled = await microprocess('tasks', 'cancel', 'b', 'nobody');
  expect(cancelled).toMatchObject({ code: 1, stdout: expect.stringMatching(/^b {2}CANCELLED/) });
  expect(cancelled.stderr).toContain('has no task "nobody"');
  expect((await microprocess('tasks', 'move', 'a', '0s')).code).toBe(0);

  // It is due: how soon it is called is this machine's to say.
  const isCalled = async () => view.parse(JSON.parse((await microprocess('tasks', 'show', 'a', '--json')).stdout));
  let task = await isCalled();
  while (!task.state.startsWith('SUCC')) task = await isCalled();
  expect(task).toEqual({ id: 'a', state: 'SUCCEEDED', calls: 1 });
  // Not how late: that is this machine's.
  expect((await microprocess('tasks', 'late')).stdout).toMatch(/^1 task of the last hour called, late by: p50 \d/);
  const pending = await microprocess('tasks', 'list');
  expect(pending.stdout).toMatch(/^TASK .*\nc {5}pending {2}2999-01-01 00:00:00/);

  end.abort();
  expect(await working).toBe(130);
});
