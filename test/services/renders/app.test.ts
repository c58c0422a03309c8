import { expect, test } from 'vitest';
import { createApp } from '../../../services/renders/app.ts';

const scene = { name: 'a', radius: 0.7, frames: 8 };

function ask(body: unknown, headers: Record<string, string> = { 'microprocess-callback': 'https://example.com/t' }) {
  const works: Promise<unknown>[] = [];
  const said: unknown[] = [];
  const app = createApp({
    frameMs: 10_000,
    pause: async () => undefined,
    send: async (url, what) => {
      said.push(what === 'progress' ? what : { url, ...what });
      return 'recorded';
    },
    behind: (work) => works.push(work),
  });
  return { answer: app.request('/render', { method: 'POST', headers, body: JSON.stringify(body) }), works, said };
}

test('it answers 202, says now and then that it is at work, and the result once', async () => {
  const { answer, works, said } = ask(scene);
  expect((await answer).status).toBe(202);
  await Promise.all(works);
  const result = { frames: 8, brightness: expect.closeTo(0.4, 0) };
  expect(said).toEqual(['progress', 'progress', 'progress', 'progress', { url: 'https://example.com/t', result }]);
});

test('what it can not do it says at once', async () => {
  expect((await ask({ ...scene, frames: 0 }).answer).status).toBe(422);
  expect((await ask('{').answer).status).toBe(422);
  expect((await ask(scene, {}).answer).status).toBe(400);
});
