import { expect, test } from 'vitest';
import { registerOf } from '../../../shared/domain/sending.ts';
import { BLOCK, TTL, tokenOf, UNTIL, waitingRun } from './waiting-run.ts';

test('a message’s 64 children are heard of at once: each is recorded, while nothing is lost yet', async () => {
  const { deps, ask } = await waitingRun();
  const { blocks } = deps.stores;
  const children = Array.from({ length: 64 }, (_, n) => n);
  const read = registerOf(await blocks.read('march', BLOCK), 0);
  const waiting = new Map(children.map((n) => [n, UNTIL - 3_300_000]));
  await blocks.replaceRegister('march', BLOCK, { slot: 0, read, next: { ...read, waiting }, ttl: TTL });
  let silent = children;
  // A service that is told 503 says it again after two seconds.
  let seconds = 0;
  for (; silent.length > 0; seconds += 2) {
    const answers = await Promise.all(
      silent.map((n) => ask({ rawPath: `/callback/${tokenOf({ n })}/progress`, body: '' })),
    );
    silent = silent.filter((_, i) => answers[i]?.statusCode !== 200);
  }
  expect(seconds).toBeLessThan(30);
  const { waiting: heard = new Map() } = registerOf(await blocks.read('march', BLOCK), 0);
  expect(heard.size).toBe(64);
  expect(Math.min(...heard.values())).toBeGreaterThan(UNTIL - 3_300_000);
});
