import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadSync } from '../../../shared/project/load-sync.ts';
import { reduceDigest } from '../../../shared/project/reduce-digest.ts';

const folder = mkdtempSync(join(tmpdir(), 'load-sync-'));
afterAll(() => rmSync(folder, { recursive: true }));

function module(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const definition = (rest = '') => `
import { readFileSync } from 'node:fs';
import { definePipeline, count, list } from 'microprocess';
const companies = JSON.parse(readFileSync(new URL('./companies.json', import.meta.url), 'utf8'));
export default definePipeline({
  name: 'scores',
  source: list(() => companies),
  endpoint: { service: 'scores', path: '/score' },
  limits: { inFlight: companies.length + 6 },
  reduce: count({ columns: ['name'] }),
  ${rest}
});`;

test('a definition is loaded without waiting, with the files that it reads, and has the digest that a host computes', async () => {
  // Whatever the folder above says of its modules.
  module('package.json', '{"type":"module"}');
  module('companies.json', '[1, 2, 3, 4]');
  const entry = module('index.ts', definition());
  const { pipeline, reduceDigest: digest } = loadSync(entry);
  expect(pipeline).toMatchObject({ name: 'scores', limits: { inFlight: 10 }, deadlineHours: 24 });
  expect(digest).toBe(await reduceDigest(entry));
  expect(loadSync(entry).pipeline).toBe(pipeline);
});

test.each([
  [
    'has a source that is not valid',
    definition('').replace(/source: list\(/, 'source: list(null, '),
    /^The pipeline of .*index\.ts is not valid:\n {2}source: list: load: /,
  ],
  ['is not valid', definition('deadlineHours: -1,'), /^Pipeline "scores" is not valid:\n {2}deadlineHours: /],
  ['is none', 'export default 7;', /must be what definePipeline returned: .* \(received 7\)/],
  ['throws', 'throw new Error("no companies"); export default 7;', /throws\/index\.ts can't be loaded: no companies/],
  ['waits', 'export default await Promise.resolve(7);', /waits\/index\.ts can't be loaded: .*[Tt]op-level await/s],
])('one that %s is refused in a sentence', (kind, text, message) => {
  module(`${kind}/companies.json`, '[]');
  expect(() => loadSync(module(`${kind}/index.ts`, text))).toThrow(message);
});

test('one that is not there is named', () => {
  expect(() => loadSync('pipelines/nowhere/index.ts')).toThrow(
    'A pipeline is defined by pipelines/nowhere/index.ts; there is no such file.',
  );
});
