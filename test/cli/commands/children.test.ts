import { expect, test } from 'vitest';
import { type ChildrenOptions, printChildren } from '../../../cli/commands/children.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { Captured } from '../support.ts';

const UNREAD = { $unread: 'Line 3 of "a.csv" has 2 values for 3 columns.' };

async function printed(items: readonly Json[], options: ChildrenOptions) {
  async function* read() {
    for (const [n, item] of items.entries())
      yield {
        id: `0-0.0.${n}`,
        status: 'FAILED',
        reason: 'bad-record',
        attempts: 0,
        item,
        body: null,
        at: '',
      } as const;
  }
  const [stdout, stderr] = [new Captured(), new Captured()];
  await printChildren(read(), 'march', options, { stdout, stderr, signal: new AbortController().signal });
  return { stdout: stdout.text, stderr: stderr.text };
}

test.each<[string, readonly Json[], ChildrenOptions, stdout: string, stderr: string]>([
  ['all items', [1, { a: 2 }], { items: true }, '1\n{"a":2}\n', ''],
  ['none', [], { items: true }, '', 'Run march has no such child.\n'],
  [
    'one was unreadable',
    [1, UNREAD],
    { items: true },
    '1\n',
    'Left out: 1 record that could not be read and so is no item.\n',
  ],
  [
    'all were unreadable',
    [UNREAD, UNREAD],
    { items: true },
    '',
    'Left out: 2 records that could not be read and so are no items.\n',
  ],
  [
    'a limit is of items',
    [UNREAD, 1, 2],
    { items: true, limit: 1 },
    '1\n',
    'Left out: 1 record that could not be read and so is no item.\n',
  ],
])("a run's items: %s", async (_, items, options, stdout, stderr) => {
  expect(await printed(items, options)).toEqual({ stdout, stderr });
});

test('whole children say why they could not be read', async () => {
  const { stdout, stderr } = await printed([UNREAD], {});
  expect(JSON.parse(stdout)).toMatchObject({ id: '0-0.0.0', item: UNREAD, result: null });
  expect(stderr).toBe('');
});
