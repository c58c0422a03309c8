import { expect, test } from 'vitest';
import { commitAndResend } from '../../../functions/forwarder/commit-and-resend.ts';
import { GroupCommits } from '../../../functions/forwarder/group-commits.ts';
import { SeatTaker } from '../../../functions/forwarder/seats.ts';
import { AnswerBytes } from '../../../shared/calling/answer-bytes.ts';
import { gateOf } from '../../../shared/calling/gate.ts';
import { registerOf } from '../../../shared/domain/sending.ts';
import { ProgressMeter } from '../../../shared/flow/progress-meter.ts';
import { testDeps, workOf } from '../../shared/support.ts';

test('a child handed back by pressure keeps its tries, and its slot comes when it is due', async () => {
  const deps = testDeps();
  const progress = new ProgressMeter(deps.stores.progress, deps.clock, 'shard');
  const message = workOf({ items: [1], size: 1 });
  const ref = { slice: 0, segment: 0, block: 0 };
  const tries = new Map([[0, { tries: 2, due: 0, crashes: 0 }]]);
  await deps.stores.blocks.addDoneAndRaise('march', ref, {
    ...{ slot: 0, done: [], ttl: 0 },
    next: { turn: 1, tries, care: 0, mark: null },
  });
  const until = deps.clock.now() + 30_000;
  const of = {
    deps: {
      ...deps,
      caller: { call: neverCalled, close: async () => undefined },
      progress,
      gate: gateOf(deps),
      answers: new AnswerBytes(),
    },
  };
  const seats = new SeatTaker(of.deps, { id: 'forwarder', deadline: deps.clock.now() });
  const forwarding = { ...of, seats, commits: new GroupCommits(deps, [message]) };
  const received = { messageId: 'm', receives: 1, message: { ...message, turn: 1 } };
  const block = await deps.stores.blocks.read('march', ref);
  await commitAndResend(
    forwarding,
    received,
    block,
    { results: new Map([[0, { kind: 'handed-back', due: until }]]) },
    false,
  );
  const register = registerOf(await deps.stores.blocks.read('march', ref), 0);
  expect(register).toMatchObject({ turn: 2, care: 0 });
  expect(register.tries.get(0)).toEqual({ tries: 2, due: until, crashes: 0 });
  expect(deps.queues.work.sent).toEqual([{ message: { ...message, turn: 2 }, delaySeconds: 30 }]);
});

const neverCalled = () => expect.unreachable('Nobody may be called.');
