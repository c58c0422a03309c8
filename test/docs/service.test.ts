import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { startService } from '../../local/services.ts';
import { ANSWERS, type AnswerRule } from '../../shared/domain/answers.ts';
import { readBatch } from '../../shared/domain/batch-answer.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const EXAMPLES = 'cli/template/services';
let logDir = '';

beforeAll(async () => {
  logDir = await mkdtemp(join(tmpdir(), 'microprocess-service-docs-'));
});
afterAll(() => rm(logDir, { recursive: true, force: true }));

test('the files in the docs are those compiled here', () => {
  const shown = [...text('docs/service.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  const files = ['app', 'server', 'lambda'].map((name) => text(`${EXAMPLES}/scores/${name}.ts`));
  // What follows is run below.
  expect(shown.slice(0, files.length)).toEqual(files);
});

test('they are a service that the host starts, that answers, and that ends with the host', async () => {
  const servicesDir = fileURLToPath(new URL(`../../${EXAMPLES}`, import.meta.url));
  const service = await startService({ service: 'scores', role: 'clone', logDir, servicesDir });
  try {
    const call = (body: string) =>
      fetch(`${service.listening}/score`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(await (await call('{"name":"Example"}')).json()).toEqual({ score: 7 });
    expect((await call('{"name":7}')).status).toBe(400);
    expect((await call('{')).status).toBe(400);
  } finally {
    await service.stop();
  }
});

/** How the docs write a rule's answers, its meaning and its reason codes. */
function written(rule: AnswerRule): readonly string[] {
  const code = (name: string) => `\`${name}\``;
  if ('failures' in rule) return [rule.failures.map(code).join(', '), rule.meaning, 'the same'];
  const statuses = rule.statuses.map((each) => (typeof each === 'number' ? String(each) : each.join('–'))).join(', ');
  const of = rule.fromAws ? `${statuses} with \`x-amzn-ErrorType\`` : statuses;
  const reason = rule.meaning === 'succeeded' ? 'none' : rule.reason ? code(rule.reason) : '`http-` and the status';
  return [of, rule.meaning, reason];
}

test('the table of answers is the one that is used', () => {
  const [, section = ''] = text('docs/service.md').split('## What an answer means\n');
  const rows = [...section.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \| .+ \|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(ANSWERS.map(written));
});

const path = (name: string) => fileURLToPath(new URL(`../../docs/examples/${name}`, import.meta.url));

test.each([
  ['ts', 'idempotent-service.ts'],
  ['python', 'idempotent_service.py'],
  ['ts', 'batch-service.ts'],
])('the recipe in %s is the file that is run here', (language, file) => {
  expect(text('docs/service.md')).toContain(`\`\`\`${language}\n${readFileSync(path(file), 'utf8')}\`\`\``);
});

// Since Node 22.5; CI runs the tests on 22 and 24 too.
const hasSqlite = 'getBuiltinModule' in process && process.getBuiltinModule('node:sqlite') !== undefined;

test.skipIf(!hasSqlite)('a call that comes twice works once', async () => {
  const { letters } = await import('../../docs/examples/idempotent-service.ts');
  const app = letters(':memory:');
  const call = (key: string, company: string) =>
    app.request('/letter', {
      method: 'POST',
      headers: { 'idempotency-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ company }),
    });
  const first = await call('a', 'Example');
  expect([first.status, await first.json()]).toEqual([200, { sent: 'Example' }]);
  // The second answer is the first one's, whatever the body says.
  expect(await (await call('a', 'Other')).json()).toEqual({ sent: 'Example' });
  expect(await (await call('b', 'Sample')).json()).toEqual({ sent: 'Sample' });
});

const python = spawnSync('python3', ['--version']).status === 0;
test.skipIf(!python)('and in Python', () => {
  const program = `
import sqlite3, sys, json
sys.path.insert(0, ${JSON.stringify(path(''))})
from idempotent_service import letter
db = sqlite3.connect(":memory:")
db.execute("CREATE TABLE done (key TEXT PRIMARY KEY, answer TEXT)")
db.execute("CREATE TABLE letters (company TEXT)")
answers = [letter(db, "a", "Example"), letter(db, "a", "Other"), letter(db, "b", "Sample")]
print(json.dumps([answers, db.execute("SELECT count(*) FROM letters").fetchone()[0]]))
`;
  const { stdout, stderr } = spawnSync('python3', ['-B', '-c', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([
    [
      [200, '{"sent": "Example"}'],
      [200, '{"sent": "Example"}'],
      [200, '{"sent": "Sample"}'],
    ],
    2,
  ]);
});

test.skipIf(!hasSqlite)(
  'a list is answered by a list: a bad item fails alone, and one that comes again is sent once',
  async () => {
    const { letters } = await import('../../docs/examples/batch-service.ts');
    const app = letters(':memory:');
    const call = async (children: string, companies: readonly string[]) => {
      const headers = { 'idempotency-key': 'letters.march.hash', 'microprocess-children': children };
      const body = JSON.stringify(companies.map((company) => ({ company })));
      const answer = await app.request('/letters', { method: 'POST', headers, body });
      return readBatch(z.json().parse(await answer.json()), children.split(','));
    };
    const sent = (company: string) => ({ kind: 'succeeded', result: { sent: company } });
    expect(await call('0-0.0.0,0-0.0.1', ['Example', ''])).toEqual({
      each: [sent('Example'), { kind: 'final', reason: 'no-company', body: '' }],
    });
    expect(await call('0-0.0.0', ['Example'])).toEqual({ each: [sent('Example')] });
  },
);
