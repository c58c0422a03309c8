import { expect, test } from 'vitest';
import { PutAhead } from '../../../functions/splitter/put-ahead.ts';
import { type ItemsPage, PageDraft } from '../../../shared/domain/chain.ts';

type Result = 'put' | 'taken';

/** Puts that end when the test says how, by the order in which they began. */
function scene() {
  const begun: { page: ItemsPage; end: (result: Result) => void; fail: (error: Error) => void }[] = [];
  const pages = new PutAhead<'taken'>(
    (page) => new Promise<Result>((end, fail) => void begun.push({ page, end, fail })),
  );
  return { pages, begun };
}

const page = () => new PageDraft(0).page(true);
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a page is put while the next one is read, which is put only once the first is', async () => {
  const { pages, begun } = scene();
  const [first, second] = [page(), page()];
  expect(await pages.begin(first)).toBe('put');
  const next = pages.begin(second);
  await turn();
  expect(begun.map((put) => put.page)).toEqual([first]);
  begun[0]?.end('put');
  expect(await next).toBe('put');
  expect(begun[1]?.page).toBe(second);
  expect(pages.halted).toBeNull();
  begun[1]?.end('put');
  expect(await pages.ended()).toBe('put');
});

test('behind a page in whose place another stands nothing is put', async () => {
  const { pages, begun } = scene();
  await pages.begin(page());
  begun[0]?.end('taken');
  expect(await pages.begin(page())).toBe('taken');
  expect(pages.halted).toBe('taken');
  expect(await pages.ended()).toBe('taken');
  expect(begun).toHaveLength(1);
});

test('a failure is told by what comes next, and waiting for it tells nothing', async () => {
  const { pages, begun } = scene();
  await pages.begin(page());
  begun[0]?.fail(new Error('no table'));
  await pages.settled();
  await expect(pages.begin(page())).rejects.toThrow('no table');
  await expect(pages.ended()).rejects.toThrow('no table');
});
