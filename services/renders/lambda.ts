import { setTimeout } from 'node:timers/promises';
import { handle, type LambdaContext, type LambdaEvent } from 'hono/aws-lambda';
import { sendCallback } from 'microprocess/callback';
import { createApp } from './app.ts';

/**
 * On Lambda nothing goes on behind an answer, so what is short enough is rendered before it: a callback may come earlier than its 202. Work
 * of hours belongs into a container, whose server is server.ts.
 */
export async function handler(event: LambdaEvent, context: LambdaContext) {
  const works: Promise<unknown>[] = [];
  const app = createApp({ frameMs: 0, pause: setTimeout, send: sendCallback, behind: (work) => works.push(work) });
  const answer = await handle(app)(event, context);
  await Promise.all(works);
  return answer;
}
