import { mkdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startServerProcess } from '../../../local/server-process.ts';
import { bundle } from '../../../shared/project/bundle.ts';
import { ProjectError } from '../../../shared/project/errors.ts';
import { temporaryDirectory } from '../../local/support.ts';

// Processes start here: a busy machine takes its time.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let directory: string;
let entry: string;
const made = new Set<string>();

beforeEach(async () => {
  directory = await temporaryDirectory();
  entry = join(directory, 'server.ts');
  await mkdir(join(directory, 'lib'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  for (const path of made) await rm(dirname(path), { recursive: true });
  made.clear();
});

let written = 0;
/** Writes a source file that is older than any build: only then can a bundle vouch for it. */
async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  const time = Date.now() / 1_000 - 3_600 + written++;
  await utimes(path, time, time);
}

async function build(): Promise<string> {
  const path = await bundle({ entry });
  made.add(path);
  return path;
}

const run = (script: string) =>
  startServerProcess({
    name: 'test',
    script,
    listening: z.string(),
    logFile: join(directory, 'test.log'),
    graceMs: 300,
  });

async function output(script: string): Promise<string> {
  const { listening, stop } = await run(script);
  await stop();
  return listening;
}

const prints = (expression: string) =>
  `console.log(JSON.stringify({ listening: ${expression} })); process.stdin.resume();`;

it('runs TypeScript and what it imports, and builds it again only when a source has changed', async () => {
  const imported = join(directory, 'lib', 'value.ts');
  await write(imported, `export const value: string = 'one';`);
  await write(entry, `import { value } from './lib/value.ts'; ${prints('value')}`);
  const path = await build();
  expect(await output(path)).toBe('one');
  const { mtimeMs } = await stat(path);
  expect(await build()).toBe(path);
  expect((await stat(path)).mtimeMs).toBe(mtimeMs);

  await write(imported, `export const value: string = 'two';`);
  expect(await output(await build())).toBe('two');
});

it('names the file and the fault of what does not build', async () => {
  await write(entry, `import { value } from './lib/missing.ts'; ${prints('value')}`);
  await expect(build()).rejects.toThrow(/server\.ts:1:\d+: .*\.\/lib\/missing\.ts/);
});

it('refuses a server that prints anything else first', async () => {
  await write(entry, `console.log('hello'); setInterval(() => {}, 1_000);`);
  await expect(run(await build())).rejects.toThrow('test printed "hello" first; allowed: {"listening": …}');
});

it('reports a server that ends before it listens, and one that ends after', async () => {
  await write(entry, `console.error('why'); process.exitCode = 4;`);
  await expect(run(await build())).rejects.toThrow(/^test ended \(exit code 4\)[\s\S]*\nwhy$/);

  await write(
    entry,
    `${prints('"up"')} process.stdin.once('end', () => process.exit(5)); setTimeout(() => process.exit(6), 1);`,
  );
  const { failure } = await run(await build());
  expect((await failure).message).toBe('test ended (exit code 6)');
});

it('kills a server that ignores being told to end', async () => {
  await write(entry, `process.on('SIGTERM', () => {}); setInterval(() => {}, 1_000); ${prints('"up"')}`);
  const { pid, stop } = await run(await build());
  await stop();
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

it('says in words what is not to be built, with file and line', async () => {
  await write(entry, "\nimport 'not-installed';\n");
  const error: unknown = await build().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProjectError);
  expect(String(error)).toMatch(/server\.ts:2:7: ERROR: Could not resolve "not-installed"$/);
});
