import { expect, test } from 'vitest';
import { AnswerBytes } from '../../../shared/calling/answer-bytes.ts';

/** Rooms of so many bytes asked for in order, and which of them have been granted. */
async function asking(answers: AnswerBytes, bytes: readonly number[]) {
  const granted = bytes.map(() => false);
  const rooms = bytes.map((asked, i) => {
    const room = answers.open();
    const wait = room.take(asked);
    if (wait === null) granted[i] = true;
    else
      void wait.then(() => {
        granted[i] = true;
      });
    return room;
  });
  const grantedSoFar = async () => {
    await Promise.resolve();
    return granted.map(Number).join('');
  };
  return { rooms, granted: grantedSoFar };
}

test('answers are read at once while their bytes fit, the others in the order in which they asked', async () => {
  const { rooms, granted } = await asking(new AnswerBytes(10), [6, 4, 5, 1]);
  expect(await granted()).toBe('1100');
  rooms[1]?.leave();
  // The small one would fit; it waits behind the larger, which would never be read otherwise.
  expect(await granted()).toBe('1100');
  rooms[0]?.leave();
  expect(await granted()).toBe('1111');
});

test('a call that ended while its answer waited takes nothing, and leaving twice gives nothing twice', async () => {
  const { rooms, granted } = await asking(new AnswerBytes(10), [10, 10, 10, 10]);
  rooms[1]?.leave();
  rooms[1]?.leave();
  rooms[0]?.leave();
  rooms[0]?.leave();
  expect(await granted()).toBe('1010');
});

test('an answer that is larger than all there is is read alone', async () => {
  const { rooms, granted } = await asking(new AnswerBytes(10), [11, 1]);
  expect(await granted()).toBe('10');
  rooms[0]?.leave();
  expect(await granted()).toBe('11');
});
