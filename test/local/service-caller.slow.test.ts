import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { hostPath } from '../../local/host-file.ts';
import { stateOf } from '../../shared/project/project.mjs';
import { definitionOf, type TemporaryProject, temporaryProject } from '../cli/project.ts';

const SLOW = { timeout: 120_000 };
const CHILDREN = 1_500;

/** A server that does `answering` for each request, in words of its own: `calls` and `end`. */
const serverOf = (answering: string) => `import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { HOST, PORT, EXIT_WITH_PARENT } = process.env;
let calls = 0;
const server = createServer((request, response) => {
  calls++;
  const end = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"score":1}');
  request.resume();
  ${answering}
});
server.listen(Number(PORT), HOST, () => {
  console.log(JSON.stringify({ listening: \`http://\${HOST}:\${server.address().port}\` }));
});
if (EXIT_WITH_PARENT === '1') process.stdin.on('close', () => process.exit()).resume();
`;

/** Its first life ends by SIGKILL, with hundreds of calls open. */
const MORTAL = serverOf(`if (calls === 700 && !existsSync(process.env.DIED)) {
    writeFileSync(process.env.DIED, '');
    process.kill(process.pid, 'SIGKILL');
  }
  setTimeout(end, 20);`);
/** Answers once a file is there. */
const PATIENT = serverOf(`const wait = setInterval(() => {
    if (!existsSync(process.env.RELEASE)) return;
    clearInterval(wait);
    end();
  }, 50);`);

const summary = z.object({ status: z.string(), counts: z.object({ succeeded: z.number(), failed: z.number() }) });

let project: TemporaryProject;
beforeAll(async () => {
  project = await temporaryProject();
  const tried = (definition: string) => definition.replace('reduce:', 'retry: { attempts: 1 },\n  reduce:');
  const many = `Array.from({ length: ${CHILDREN} }, () => ({ staff: 4 }))`;
  await project.write('services/mortal/server.ts', MORTAL);
  await project.write(
    'pipelines/mortal/index.ts',
    tried(definitionOf('mortal', 'mortal')).replace('[{ staff: 4 }]', many),
  );
  await project.write('services/patient/server.ts', PATIENT);
  await project.write('pipelines/patient/index.ts', tried(definitionOf('patient', 'patient')));
});
afterAll(() => project.remove());

/** What services are told, in the environment of the process that starts them. */
const environmentOf = (run: string) => ({
  DIED: join(project.dir, `died-${run}`),
  RELEASE: join(project.dir, 'release'),
});

/** A run whose service dies, and the same run resumed: a death is no answer, so with one attempt each no child has failed. */
async function diesAndGoesOn(run: string): Promise<void> {
  const environment = { DIED: join(project.dir, `died-${run}`), RELEASE: join(project.dir, 'release') };
  const broken = await project.runWith(environment, 'run', 'mortal', '--run-id', run);
  expect(broken.stderr).toMatch(/service mortal \((live|clone)\) ended \(SIGKILL\)/);
  expect(broken.stderr).toContain('Nothing is lost; go on with it');
  expect(broken.code).not.toBe(0);
  const resumed = await project.runWith(environment, 'resume', run, '--pipeline', 'mortal', '--json');
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
  expect(summary.parse(JSON.parse(resumed.stdout))).toEqual({
    status: 'succeeded',
    counts: { succeeded: CHILDREN, failed: 0 },
  });
}

test('a service that dies alone in its host fails no child', SLOW, () => diesAndGoesOn('alone'));

test(
  'one that dies in a host that works on another pipeline fails none either, and the other goes on',
  SLOW,
  async () => {
    const other = project.runWith(environmentOf('joined'), 'run', 'patient', '--run-id', 'other', '--json');
    const hosted = hostPath(stateOf({ home: project.dir }));
    await vi.waitFor(() => expect(existsSync(hosted)).toBe(true), { timeout: 60_000, interval: 100 });
    await diesAndGoesOn('joined');
    await writeFile(environmentOf('joined').RELEASE, '');
    const { code, stdout } = await other;
    expect(code).toBe(0);
    expect(summary.parse(JSON.parse(stdout))).toEqual({ status: 'succeeded', counts: { succeeded: 1, failed: 0 } });
  },
);
