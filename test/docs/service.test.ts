import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const path = (name: string) => fileURLToPath(new URL(`../../docs/examples/${name}`, import.meta.url));
const docs = readFileSync(path('../service.md'), 'utf8');

test.each([
  ['ts', 'idempotent-service.ts'],
  ['python', 'idempotent_service.py'],
])('the recipe in %s is the file that is run here', (language, file) => {
  expect(docs).toContain(`\`\`\`${language}\n${readFileSync(path(file), 'utf8')}\`\`\``);
});

// Node has SQLite since 22.5; CI runs the tests on 22 and 24 too.
test.skipIf(
  !builtinModules.some((name) => name === 'node:sqlite' || name === 'sqlite') &&
    !('getBuiltinModule' in process && process.getBuiltinModule('node:sqlite')),
)('a call that comes twice works once', async () => {
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
