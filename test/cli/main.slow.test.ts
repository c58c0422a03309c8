import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { definitionOf, type TemporaryProject, temporaryProject } from './project.ts';

const SLOW = { timeout: 90_000 };

/** Hangs the run's terminal up before it answers. */
const HANGING_UP = `import { createServer } from 'node:http';
const server = createServer((_, response) => {
  process.kill(process.ppid, 'SIGHUP');
  response.setHeader('content-type', 'application/json').end('{"score":1}');
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: \`http://127.0.0.1:\${server.address().port}\` })));
process.stdin.on('end', () => process.exit()).resume();
`;

let project: TemporaryProject;
beforeAll(async () => {
  project = await temporaryProject();
  await project.write('pipelines/sound/index.ts', definitionOf('sound'));
  await project.write(
    'pipelines/failing/index.ts',
    definitionOf('failing').replace("path: '/score'", "path: '/nowhere'"),
  );
  await project.write('pipelines/hung-up/index.ts', definitionOf('hung-up', 'hanging-up'));
  await project.write('services/hanging-up/server.ts', HANGING_UP);
}, SLOW.timeout);
afterAll(() => project.remove());

/** A command line with its output as a shell puts it. */
function shell(args: string, redirected: string) {
  const line = `exec "$0" "$1" ${args} ${redirected}`;
  const bin = join(PACKAGE_DIR, 'cli', 'bin.mjs');
  return spawn('sh', ['-c', line, process.execPath, bin], { cwd: project.dir, stdio: ['ignore', 'pipe', 'pipe'] });
}

const ended = (child: ReturnType<typeof shell>) =>
  new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));

async function statusOf(pipeline: string, run: string): Promise<unknown> {
  const { stdout } = await project.run('list', '-P', pipeline, '--json');
  const runs: { runId: string; status: string }[] = JSON.parse(stdout);
  return runs.find(({ runId }) => runId === run)?.status;
}

test.each([
  { pipeline: 'sound', code: 0, status: 'succeeded' },
  { pipeline: 'failing', code: 1, status: 'failed' },
])('nobody reads what a $status run says: it ends as it would, with its exit code', SLOW, async (expected) => {
  const child = shell(`run ${expected.pipeline} --run-id unread`, '');
  child.stdout.destroy();
  child.stderr.destroy();
  expect(await ended(child)).toBe(expected.code);
  expect(await statusOf(expected.pipeline, 'unread')).toBe(expected.status);
});

test('stderr that nobody takes from keeps neither the run nor its process', SLOW, async () => {
  const fifo = join(project.dir, 'untaken');
  execFileSync('mkfifo', [fifo]);
  const full = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
  expect(() => {
    for (;;) writeSync(full, Buffer.alloc(4_096));
  }).toThrow('EAGAIN');
  const child = shell('run sound --run-id untaken --json', `2>${fifo}`);
  const [code, stdout] = await Promise.all([ended(child), text(child.stdout)]);
  closeSync(full);
  expect({ code, summary: JSON.parse(stdout) }).toMatchObject({ code: 0, summary: { status: 'succeeded' } });
});

// A program that gives a terminal to another: util-linux has one.
test.skipIf(!existsSync('/usr/bin/script'))('a terminal stopped by Ctrl-S stops nothing else', SLOW, async () => {
  const bin = join(PACKAGE_DIR, 'cli', 'bin.mjs');
  const line = `"${process.execPath}" "${bin}" run sound --run-id stopped`;
  const child = spawn('/usr/bin/script', ['-qfec', line, '/dev/null'], { cwd: project.dir, stdio: 'pipe' });
  const end = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  let shown = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (shown === '') child.stdin.write('\u0013');
    shown += chunk.toString();
  });
  const summary = join(project.dir, 'out', 'stopped', 'summary.json');
  await vi.waitUntil(() => existsSync(summary), { timeout: SLOW.timeout / 2, interval: 100 });
  expect(shown).not.toContain('succeeded');
  child.stdin.write('\u0011');
  expect(await end).toBe(0);
  expect(shown).toMatch(/Run stopped succeeded/);
});

test('a timer of a pipeline does not keep the process', SLOW, async () => {
  await project.write(
    'pipelines/ticking/index.ts',
    `${definitionOf('ticking')}\nsetInterval(() => undefined, 60_000);\n`,
  );
  const child = shell('run ticking --run-id ticking --json', '');
  expect(await ended(child)).toBe(0);
});

test('a full disk takes the progress, and the run ends well', SLOW, async () => {
  const child = shell('run sound --run-id full --json', '2>/dev/full');
  const [code, stdout] = await Promise.all([ended(child), text(child.stdout)]);
  expect({ code, summary: JSON.parse(stdout) }).toMatchObject({ code: 0, summary: { status: 'succeeded' } });
});

test(
  'a full disk takes the result on stdout: the run ends well, and the command says what is missing',
  SLOW,
  async () => {
    const child = shell('run sound --run-id lost --json', '>/dev/full');
    const [code, stderr] = await Promise.all([ended(child), text(child.stderr)]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^error: .*not be written: ENOSPC/m) });
    expect(await statusOf('sound', 'lost')).toBe('succeeded');
  },
);

test('a full disk under the logs costs lines of them alone', SLOW, async () => {
  const logs = join(project.dir, '.state', 'logs');
  await rm(logs, { recursive: true, force: true });
  await mkdir(logs, { recursive: true });
  const names = ['functions', 'emulators', 'companies-live', 'companies-clone'];
  for (const name of names) await symlink('/dev/full', join(logs, `${name}.log`));
  await writeFile(join(logs, 'note'), 'Stays.');
  expect(await project.run('run', 'failing', '--run-id', 'unlogged')).toMatchObject({ code: 1 });
  expect(await statusOf('failing', 'unlogged')).toBe('failed');
});

test('a run goes on when its terminal hangs up', SLOW, async () => {
  expect(await project.run('run', 'hung-up', '--run-id', 'alone')).toMatchObject({ code: 0 });
});

test('a list whose reader has seen enough ends well', SLOW, async () => {
  const child = shell('failures unread -P failing', '');
  child.stdout.destroy();
  expect(await ended(child)).toBe(0);
});
