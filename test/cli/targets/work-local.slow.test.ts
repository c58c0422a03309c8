import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { listenLocally } from '../../../local/loopback.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { Events } from '../../local/support.ts';
import { definitionOf, type TemporaryProject, temporaryProject } from '../project.ts';
import { Captured } from '../support.ts';

/** Every terminal is some processes of its own, on a machine that may be busy. */
const SLOW = { timeout: 120_000 };

let project: TemporaryProject;
let service: Server;
let url: string;
let stopService: () => Promise<void>;
/** Calls that the service hasn't answered yet, in order. */
let calls: Events<ServerResponse>;
/** Passes each call on to the test, and says by whom. */
const PASSING_ON = `import { createServer } from 'node:http';
const server = createServer((request, response) =>
  fetch(process.env.TEST_URL + request.url + '?' + process.pid).then(
    async (answer) => response.setHeader('content-type', 'application/json').end(await answer.text()),
    () => response.destroy(),
  ),
);
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: \`http://127.0.0.1:\${server.address().port}\` })));
process.stdin.on('end', () => process.exit()).resume();
`;
const PASSED_ON = definitionOf('passed-on', 'passing-on').replace(
  "path: '/score'",
  "path: '/score', timeoutSeconds: 300",
);

beforeAll(async () => {
  project = await temporaryProject();
  await project.write('pipelines/passed-on/index.ts', PASSED_ON);
  await project.write('services/passing-on/server.ts', PASSING_ON);
  for (const name of ['first', 'second']) {
    // Calls are held as long as a test likes.
    const definition = definitionOf(name).replace("path: '/score'", "path: '/score', timeoutSeconds: 300");
    await project.write(`pipelines/${name}/index.ts`, definition);
  }
  service = createServer((request, response) => request.resume().on('end', () => calls.add(response)));
  ({ url, stop: stopService } = await listenLocally(service));
}, SLOW.timeout);
afterAll(async () => {
  await stopService();
  await project.remove();
});
beforeEach(() => {
  calls = new Events();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ child, ended }) => child.kill('SIGKILL') && ended));
});

async function answer(call: number): Promise<void> {
  const response = (await calls.atLeast(call))[call - 1];
  response?.setHeader('content-type', 'application/json').end('{"score":1,"band":"small"}');
}

/** A command in a terminal of its own. */
interface Opened {
  readonly child: ChildProcess;
  readonly stderr: Captured;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Resolves once it has said something on stderr. */
  says(what: RegExp): Promise<void>;
}

const open: Opened[] = [];

function terminal(...args: readonly string[]): Opened {
  const { MICROPROCESS_HOME: _, MICROPROCESS_STAGE: __, MICROPROCESS_PIPELINE: ___, ...env } = process.env;
  const bin = join(PACKAGE_DIR, 'cli', 'bin.mjs');
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: project.dir,
    env: { ...env, TEST_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [new Captured(), new Captured()];
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  const opened: Opened = {
    child,
    stderr,
    ended: new Promise((resolve) => {
      child.once('close', (code) => resolve({ code, stdout: stdout.text, stderr: stderr.text }));
    }),
    says: (what) =>
      new Promise((resolve) => {
        const look = () => what.test(stderr.text) && resolve();
        stderr.on('said', look);
        look();
      }),
  };
  open.push(opened);
  return opened;
}

/** What a progress line says once a run's only item is counted. */
const SPLIT = /^0 \/ 1 ·/m;

const run = (pipeline: string, id: string) => terminal('run', pipeline, '--run-id', id, '--endpoint', url, '--json');

test('a second start joins the first, whose terminal stays until both are done', SLOW, async () => {
  const first = run('first', 'a');
  await calls.atLeast(1);
  const second = run('second', 'b');
  await second.says(/^Joining process/);
  await calls.atLeast(2);

  const named = `companies=${url}`;
  const left = terminal('run', 'second', '--run-id', 'left', '--endpoint', named, '--json');
  await calls.atLeast(3);
  left.child.kill('SIGINT');
  const { code, stderr } = await left.ended;
  expect(code).toBe(130);
  expect(stderr).toMatch(
    /^Run left goes on without this terminal, .*watch left --pipeline second\nThis terminal has left; the work goes on\.$/m,
  );
  await answer(3);

  const other = await project.run('run', 'second', '--run-id', 'c', '--endpoint', 'companies=http://127.0.0.1:1');
  expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/"second" runs here already and calls http/) });

  await answer(1);
  await first.says(/^Other terminals still follow second here/m);
  await answer(2);
  const [a, b] = await Promise.all([first.ended, second.ended]);
  expect(a).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Starting first/) });
  expect(b).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/^Starting/) });
  expect(JSON.parse(a.stdout)).toMatchObject({ runId: 'a', pipeline: 'first', status: 'succeeded' });
  expect(JSON.parse(b.stdout)).toMatchObject({ runId: 'b', pipeline: 'second', status: 'succeeded' });
  // One table, in which each finds its own.
  expect(existsSync(join(project.dir, '.state', 'table'))).toBe(true);
  const listed = await Promise.all(
    ['first', 'second'].map(async (name) => JSON.parse((await project.run('list', '-P', name, '--json')).stdout)),
  );
  expect(listed).toMatchObject([[{ runId: 'a' }], [{ runId: 'left' }, { runId: 'b' }]]);
});

test('of two starts at once one works, and the other joins it', SLOW, async () => {
  const both = [run('first', 'd'), run('second', 'e')];
  await Promise.all([answer(1), answer(2)]);
  const ended = await Promise.all(both.map((each) => each.ended));
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(ended.filter(({ stderr }) => /^Joining process/m.test(stderr))).toHaveLength(1);
});

test(
  'when the process that works is killed, the one that joined says how to go on, and nothing is lost',
  SLOW,
  async () => {
    const first = run('first', 'f');
    await calls.atLeast(1);
    const second = run('second', 'g');
    await calls.atLeast(2);
    // Split to the end, so that no lease is left that a resume would wait for.
    const third = run('second', 'h');
    await calls.atLeast(3);
    await Promise.all([first, second, third].map((each) => each.says(SPLIT)));
    first.child.kill('SIGKILL');
    const ended = await second.ended;
    expect(ended.stderr).toMatch(
      /^error: The process that worked on run g has ended\. Nothing is lost; .*resume g --pipeline second$/m,
    );
    expect(ended.code).toBe(1);

    const resumed = terminal('resume', 'g', '-P', 'second', '--endpoint', url, '--json');
    // Beside it the other ones go on too, also one of the same pipeline, whose terminal stays with it.
    await calls.atLeast(4);
    const same = terminal('resume', 'h', '-P', 'second', '--endpoint', url, '--json');
    await calls.atLeast(5);
    const other = terminal('resume', 'f', '-P', 'first', '--endpoint', url, '--json');
    await other.says(/^Joining process/);
    await answer(4);
    await resumed.says(/^Other terminals still follow first, second here/m);
    await answer(5);
    await answer(6);
    const [g, h, f] = await Promise.all([resumed.ended, same.ended, other.ended]);
    expect([g.code, h.code, f.code]).toEqual([0, 0, 0]);
    expect(JSON.parse(g.stdout)).toMatchObject({ runId: 'g', status: 'succeeded' });
    expect(JSON.parse(h.stdout)).toMatchObject({ runId: 'h', status: 'succeeded' });
    expect(JSON.parse(f.stdout)).toMatchObject({ runId: 'f', status: 'succeeded' });
  },
);

test(
  'when its service dies, the process that works says so at once, and the next start has the definition as it is now',
  SLOW,
  async () => {
    const owner = terminal('run', 'passed-on', '--run-id', 'i');
    const [call] = await calls.atLeast(1);
    const guest = run('second', 'j');
    await calls.atLeast(2);
    process.kill(Number(call?.req.url?.split('?')[1]), 'SIGKILL');
    await owner.says(
      /^error: service passing-on \(clone\) ended \(SIGKILL\)[\s\S]*^Run i is not done\. .*resume i --pipeline passed-on\nOther terminals still follow second here/m,
    );

    await project.write('pipelines/passed-on/index.ts', PASSED_ON.replace("'/score'", "'/rate'"));
    const next = terminal('run', 'passed-on', '--run-id', 'k', '--json');
    const again = (await calls.atLeast(3))[2];
    expect(again?.req.url).toMatch(/^\/rate\?/);
    await answer(3);
    expect(await next.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Joining process/m) });
    // What the service that died had been asked for run i has no outcome, and is asked again.
    const resumed = terminal('resume', 'i', '--pipeline', 'passed-on', '--json');
    await answer(4);
    expect(await resumed.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"succeeded":1') });
    await answer(2);
    expect(await guest.ended).toMatchObject({ code: 0 });
    expect(await owner.ended).toMatchObject({ code: 1, stderr: expect.not.stringMatching(/^error.*^error/ms) });
  },
);
