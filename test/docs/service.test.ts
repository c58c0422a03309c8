import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startService } from '../../local/services.ts';
import { ANSWERS, type AnswerRule } from '../../shared/domain/answers.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const EXAMPLES = 'cli/template/services';
let logDir = '';

beforeAll(async () => {
  logDir = await mkdtemp(join(tmpdir(), 'microprocess-service-docs-'));
});
afterAll(() => rm(logDir, { recursive: true, force: true }));

test('the files in the docs are those compiled here', () => {
  const shown = [...text('docs/service.md').matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(shown).toEqual(['app', 'server', 'lambda'].map((name) => text(`${EXAMPLES}/scores/${name}.ts`)));
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
  const [, section = ''] = text('docs/service.md').split('## What an answer means');
  const rows = [...section.matchAll(/^\| (.+?) \| (.+?) \| (.+?) \| .+ \|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(ANSWERS.map(written));
});
