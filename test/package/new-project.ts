import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { jsonIn, type Sandbox } from './sandbox.ts';

const PROJECT = 'my-jobs';

const summary = z.object({
  status: z.string(),
  counts: z.object({ total: z.number(), succeeded: z.number() }),
  paths: z.object({ report: z.string() }),
});

/** The tarball is installed, and its `init` makes a project. @returns the project's folder */
export async function newProject({ folder, call, fails }: Sandbox, tarball: string): Promise<string> {
  mkdirSync(join(folder, 'first'));
  await call('first', ['npm', 'init', '--yes']);
  noEngineWarning(await call('first', ['npm', 'install', tarball]));
  await call('first', ['npx', 'microprocess', 'init', `../${PROJECT}`, '--package', tarball]);
  const refused = await fails('first', ['npx', 'microprocess', 'init', `../${PROJECT}`], 2);
  match(refused, /pipelines\/company-scores\/index\.ts/, 'a second init says what it would overwrite');
  noEngineWarning(await call(PROJECT, ['npm', 'install']));
  return PROJECT;
}

function noEngineWarning(printed: string): void {
  ok(!printed.includes('EBADENGINE'), `no package asks for another Node than this one: ${printed}`);
}

/** What a project's README promises. @param pipelines with the number of their items */
export async function theFourCommands(
  { folder, call }: Sandbox,
  pipelines: Readonly<Record<string, number>>,
): Promise<void> {
  const names = Object.keys(pipelines);
  for (const name of names) {
    // Of one pipeline the name need not be said.
    const which = names.length > 1 ? [name] : [];
    const run = summary.parse(jsonIn(await call(PROJECT, ['npm', 'start', '--', ...which, '--json'])));
    const total = pipelines[name];
    deepEqual(run, { ...run, status: 'succeeded', counts: { total, succeeded: total } });
    ok(run.paths.report.startsWith(join(folder, PROJECT, 'out')), `its report is in ${run.paths.report}`);
  }
  // TAP where nobody looks on, up to Node 22; from then on as a person reads it.
  match(await call(PROJECT, ['npm', 'test']), /^(?:#|ℹ) fail 0$/m);
  await call(PROJECT, ['npx', 'tsc', '--noEmit']);
  await call(PROJECT, ['npx', 'cdk', 'synth', '--quiet']);
  const assembly = join(folder, PROJECT, 'cdk.out');
  const templates = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  const deployed = templates.map((name) => readFileSync(join(assembly, name), 'utf8')).join('');
  for (const name of names) ok(deployed.includes(`/microprocess/dev/${name}`), `${name} is deployed`);
}

/** A second pipeline with a service, and a third one that is plain JavaScript like its service. */
export function addPipelines({ folder }: Sandbox): void {
  const write = (path: string, text: string) => {
    const file = join(folder, PROJECT, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  cpSync(join(folder, PROJECT, 'services', 'scores'), join(folder, PROJECT, 'services', 'lengths'), {
    recursive: true,
  });
  write(
    'pipelines/name-lengths/index.ts',
    `import { readFileSync } from 'node:fs';
import { count, definePipeline, list } from 'microprocess';
import * as z from 'zod';

const companies = z.array(z.object({ name: z.string() }));

export default definePipeline({
  name: 'name-lengths',
  params: z.strictObject({ atLeast: z.number().default(0) }),
  source: list(({ atLeast }: { atLeast: number }) =>
    companies
      .parse(JSON.parse(readFileSync(new URL('./companies.json', import.meta.url), 'utf8')))
      .filter(({ name }) => name.length >= atLeast),
  ),
  endpoint: { service: 'lengths', path: '/score' },
  reduce: count({ columns: ['name', 'score'] }),
});
`,
  );
  write('pipelines/name-lengths/companies.json', '[{ "name": "Example" }, { "name": "Sample" }]');
  write(
    'pipelines/plain/index.js',
    `import { count, definePipeline, list } from 'microprocess';

export default definePipeline({
  name: 'plain',
  source: list(() => [1, 2, 3, 4]),
  endpoint: { service: 'doubles', path: '/double' },
  request: (number) => ({ number }),
  reduce: count({ columns: ['double'] }),
});
`,
  );
  write(
    'services/doubles/answer.js',
    `export const answer = (body) => JSON.stringify({ double: 2 * JSON.parse(body).number });
`,
  );
  write(
    'services/doubles/server.js',
    `import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { answer } from './answer.js';

const server = createServer(async (request, response) => {
  response.setHeader('content-type', 'application/json').end(answer(await text(request)));
});
server.listen(Number(process.env.PORT), process.env.HOST, () => {
  console.log(JSON.stringify({ listening: \`http://\${process.env.HOST}:\${server.address().port}\` }));
});
if (process.env.EXIT_WITH_PARENT === '1') process.stdin.on('close', () => process.exit()).resume();
`,
  );
  write(
    'services/doubles/lambda.js',
    `import { answer } from './answer.js';

export const handler = async ({ body }) => ({ headers: { 'content-type': 'application/json' }, body: answer(body) });
`,
  );
}

/** What a user has to put right is said in words, whichever copy of the package found it. */
export async function checkMistakes({ folder, fails }: Sandbox): Promise<void> {
  const file = join(folder, PROJECT, 'pipelines', 'plain', 'index.js');
  const right = readFileSync(file, 'utf8');
  writeFileSync(file, right.replace('endpoint:', 'endpiont:'));
  const said = await fails(PROJECT, ['npx', 'microprocess', 'run', 'plain'], 2);
  match(said, /endpiont: is no option here/);
  equal(said.includes('    at '), false, 'no stack is shown');
  match(await fails(PROJECT, ['npx', 'cdk', 'synth', '--quiet'], 1), /endpiont: is no option here/);
  // Node itself loads what a package imports: that must be the copy that the program knows.
  const lender = join(folder, PROJECT, 'node_modules', 'lender');
  mkdirSync(lender);
  writeFileSync(join(lender, 'package.json'), '{ "name": "lender", "type": "module", "main": "index.js" }');
  writeFileSync(join(lender, 'index.js'), "export * from 'microprocess';\n");
  writeFileSync(file, right.replace('endpoint:', 'endpiont:').replace("from 'microprocess'", "from 'lender'"));
  match(await fails(PROJECT, ['npx', 'microprocess', 'run', 'plain'], 2), /^error: Pipeline "plain" is not valid:$/m);
  writeFileSync(file, right);
}
