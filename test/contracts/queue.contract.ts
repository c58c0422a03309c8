import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { QueueError } from '../../shared/domain/errors.ts';
import type { Json } from '../../shared/domain/json.ts';
import { SQS } from '../../shared/domain/limits.ts';
import type { Queue } from '../../shared/ports/queue.ts';
import { numbers } from './fixtures.ts';

export interface QueueUnderTest {
  readonly queue: Queue<Json>;
  /** Everything that is visible now; it isn't deleted. */
  receive(): Promise<{ readonly body: string; readonly receiptHandle: string; readonly receiveCount: number }[]>;
  /** Lets so much of the queue's time pass. */
  pass(seconds: number): Promise<void>;
  /** Requests made by `send` so far. */
  sendRequests(): number;
  dispose(): Promise<void>;
}

/** Makes an empty queue with a visibility time-out of {@link VISIBILITY_SECONDS}. */
export type MakeQueue = () => Promise<QueueUnderTest>;

/** Longer than any test: what isn't given back stays away. */
export const VISIBILITY_SECONDS = 300;

const bodies = (received: readonly { body: string }[]): unknown[] =>
  received.map(({ body }): unknown => JSON.parse(body));
const byNumber = (values: unknown[]) => values.map(Number).sort((a, b) => a - b);

/** The contract of {@link Queue}. */
export function describeQueue(name: string, make: MakeQueue): void {
  describe(`${name}: queue`, () => {
    let made: QueueUnderTest | undefined;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(async () => made?.dispose());
    const port = () => {
      if (!made) throw new Error('The queue is there inside tests only.');
      return made;
    };

    test('a message arrives as it was sent', async () => {
      const { queue, receive } = port();
      const message = { v: 1, text: 'Größe 東京 "\\', items: [null, 1.5, {}, []] };
      await queue.send([{ message }]);
      const received = await receive();
      expect(bodies(received)).toEqual([message]);
      expect(received[0]?.receiveCount).toBe(1);
    });

    // SQS takes no U+FFFE, U+FFFF or lone surrogate, and some emulators none of the characters beyond them.
    const texts = {
      'characters beyond U+FFFF': '👩‍👩‍👧 𝒜',
      noncharacters: '\ufffe\uffff',
      'a lone surrogate': '\ud800',
      'control characters': '\u0000\u001f\u007f\u2028',
    };
    for (const [what, text] of Object.entries(texts)) {
      test(`text with ${what} arrives as it was sent`, async () => {
        const { queue, receive } = port();
        await queue.send([{ message: { text } }]);
        expect(bodies(await receive())).toEqual([{ text }]);
      });
    }

    test('sending none sends nothing', async () => {
      const { queue, receive, sendRequests } = port();
      await queue.send([]);
      expect(sendRequests()).toBe(0);
      expect(await receive()).toEqual([]);
    });

    for (const [count, requests] of [
      [10, 1],
      [11, 2],
      [95, 10],
    ] as const) {
      test(`${count} small messages take ${requests} request(s) and all arrive`, async () => {
        const { queue, receive, sendRequests } = port();
        await queue.send(numbers(count).map((message) => ({ message })));
        expect(sendRequests()).toBe(requests);
        expect(byNumber(bodies(await receive()))).toEqual(numbers(count));
      });
    }

    test('ten messages that are more than 1 MiB together take two requests', async () => {
      const { queue, receive, sendRequests } = port();
      await queue.send(numbers(10).map((i) => ({ message: `${i}${'x'.repeat(110_000)}` })));
      expect(sendRequests()).toBe(2);
      const received = await receive();
      expect(
        bodies(received)
          .map((body) => String(body).charAt(0))
          .sort(),
      ).toEqual(numbers(10).map(String));
      expect(received.every(({ body }) => body.length === 110_003)).toBe(true);
    });

    test('sizes are counted in bytes, not in characters', async () => {
      const { queue, receive, sendRequests } = port();
      await queue.send(numbers(2).map((i) => ({ message: `${i}${'ß'.repeat(300_000)}` })));
      expect(sendRequests()).toBe(2);
      expect(await receive()).toHaveLength(2);
    });

    test('a message of exactly 1 MiB is taken', async () => {
      const { queue, receive } = port();
      await queue.send([{ message: 'x'.repeat(SQS.maxPayloadBytes - 2) }]);
      expect((await receive())[0]?.body.length).toBe(SQS.maxPayloadBytes);
    });

    test('a larger one is refused with both sizes', async () => {
      const { queue, receive } = port();
      const sending = queue.send([{ message: 'ß'.repeat(SQS.maxPayloadBytes / 2) }]);
      await expect(sending).rejects.toBeInstanceOf(QueueError);
      await expect(sending).rejects.toThrow(String(SQS.maxPayloadBytes + 2));
      await expect(sending).rejects.toThrow(new RegExp(`${SQS.maxPayloadBytes}(?!\\d)`));
      expect(await receive()).toEqual([]);
    });

    test('a delayed message arrives later, the others at once', async () => {
      const { queue, receive, pass } = port();
      await queue.send([{ message: 'late', delaySeconds: 1 }, { message: 'now', delaySeconds: 0 }, { message: 'too' }]);
      expect(bodies(await receive()).sort()).toEqual(['now', 'too']);
      await pass(1);
      expect(bodies(await receive())).toEqual(['late']);
    });

    test('messages of groups, also of a redrive, all arrive', async () => {
      const { queue, receive } = port();
      await queue.send(numbers(12).map((message) => ({ message, group: message % 2 === 0 ? 'march' : 'march~2' })));
      expect(byNumber(bodies(await receive()))).toEqual(numbers(12));
    });

    test('messages wait until they are received; delayed ones do not', async () => {
      const { queue, receive } = port();
      expect(await queue.waiting()).toBe(0);
      await queue.send([{ message: 1 }, { message: 2 }, { message: 'much later', delaySeconds: 900 }]);
      expect(await queue.waiting()).toBe(2);
      expect([await queue.isLongerThan(1), await queue.isLongerThan(2)]).toEqual([true, false]);
      expect(await receive()).toHaveLength(2);
      expect(await queue.waiting()).toBe(0);
    });

    test('a delay of 900 seconds is taken', async () => {
      const { queue, receive } = port();
      await queue.send([{ message: 'much later', delaySeconds: 900 }]);
      expect(await receive()).toEqual([]);
    });

    test('a received message is hidden until it is given back', async () => {
      const { queue, receive } = port();
      await queue.send([{ message: 'a' }]);
      const [first] = await receive();
      expect(await receive()).toEqual([]);
      if (!first) throw new Error('Nothing was received.');
      await queue.retryIn(first.receiptHandle, 0);
      const [again] = await receive();
      expect([again?.body, again?.receiveCount]).toEqual(['"a"', 2]);
    });

    test('a message given back for later comes back then', async () => {
      const { queue, receive, pass } = port();
      await queue.send([{ message: 'a' }]);
      const [first] = await receive();
      if (!first) throw new Error('Nothing was received.');
      await queue.retryIn(first.receiptHandle, 1);
      expect(await receive()).toEqual([]);
      await pass(1);
      expect(await receive()).toHaveLength(1);
    });

    test('a wait of no whole number of seconds is taken', async () => {
      const { queue, receive, pass } = port();
      await queue.send([{ message: 'a' }]);
      const [first] = await receive();
      if (!first) throw new Error('Nothing was received.');
      await queue.retryIn(first.receiptHandle, 0.2);
      await pass(1);
      expect(await receive()).toHaveLength(1);
    });

    test('sends at once are all kept', async () => {
      const { queue, receive } = port();
      await Promise.all(numbers(20).map((i) => queue.send(numbers(7).map((j) => ({ message: i * 7 + j })))));
      expect(byNumber(bodies(await receive()))).toEqual(numbers(140));
    });
  });
}
