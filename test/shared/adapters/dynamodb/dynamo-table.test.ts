import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoStores } from '../../../../shared/adapters/dynamodb/dynamo-stores.ts';
import { NEW_REGISTER } from '../../../../shared/domain/sending.ts';
import type { Stores } from '../../../../shared/ports/stores.ts';
import { type Emulated, startEmulated, TABLE } from '../../../contracts/emulated.ts';
import { aRun, NOW, RUN, TTL } from '../../../contracts/fixtures.ts';

/**
 * The SDK repeats a request whose answer was lost. A conditional write then meets its own first effect: the one who did it
 * must not take it for another's.
 */
let emulated: Emulated;
let lose = 0;

beforeAll(async () => {
  emulated = await startEmulated();
  emulated.dynamodb.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if (lose === 0) return result;
      lose--;
      throw Object.assign(new Error('No answer came.'), { name: 'TimeoutError' });
    },
    // Within the retries, so that they see the loss.
    { step: 'finalizeRequest', priority: 'low', name: 'loseAnswers' },
  );
});
afterAll(() => emulated.stop());

let pipelines = 0;
const stores = (): Stores => dynamoStores({ client: emulated.dynamodb, table: TABLE, pipeline: `lost-${++pipelines}` });

test('a mail is claimed by the one whose claim was repeated, and by nobody else', async () => {
  const { runs } = stores();
  await runs.create(aRun());
  lose = 1;
  expect(await runs.claimMail(RUN)).toBe(true);
  expect(lose).toBe(0);
  expect(await runs.claimMail(RUN)).toBe(false);
});

test('a turn is raised by the one whose write was repeated, who then sends it, and by nobody else', async () => {
  const { blocks } = stores();
  const block = { slice: 0, segment: 0, block: 0 };
  const next = { ...NEW_REGISTER, turn: 1 };
  lose = 1;
  expect(await blocks.addDoneAndRaise(RUN, block, { slot: 0, done: [1], next, ttl: TTL })).toMatchObject({
    raised: true,
    done: new Set([1]),
  });
  expect(lose).toBe(0);
  // A duplicate of the message comes to the same register: equal, but not its own.
  expect(await blocks.addDoneAndRaise(RUN, block, { slot: 0, done: [2], next, ttl: TTL })).toMatchObject({
    raised: false,
    done: new Set([1, 2]),
  });
});

test('a page put twice by the same splitter stands once, and is adopted', async () => {
  const { chains } = stores();
  const place = { segment: 0, block: 0, page: 0 };
  lose = 1;
  expect(await chains.putPage(RUN, 0, place, { kind: 'end' }, TTL)).toBe(false);
  expect(await chains.readPage(RUN, 0, place)).toEqual({ kind: 'end' });
});

test('a finish is leased to the one whose request was repeated', async () => {
  const { runs } = stores();
  await runs.create(aRun());
  lose = 1;
  expect(await runs.leaseFinish(RUN, 'me', NOW, NOW + 60_000)).toMatchObject({ status: 'finishing' });
  expect(await runs.leaseFinish(RUN, 'other', NOW, NOW + 60_000)).toBeNull();
});
