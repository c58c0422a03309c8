import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { microprocess, temporaryHome } from './support.ts';

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const { stdout: script } = await microprocess('completion', 'bash');
  const line = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _microprocess; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const args = ['--norc', '-c', `${script}\n${line}`, 'bash', 'microprocess', ...words];
  return (await promisify(execFile)('bash', args)).stdout.split('\n').filter((word) => word !== '');
}

test.each([
  [['re'], ['resume', 'redrive', 'report', 'refused']],
  [['show', '--pi'], ['--pipeline']],
  [
    ['list', '-P', ''],
    ['nightly-audit', 'scores'],
  ],
  [['run', 'sc'], ['scores']],
  [['failures', '--rea'], ['--reason']],
])('bash completes %j', async (words, expected) => {
  expect((await offered(...words)).sort()).toEqual([...expected].sort());
});

test('a shell that there is no script for is refused', async () => {
  expect(await microprocess('completion', 'csh')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/bash, zsh/),
  });
});
