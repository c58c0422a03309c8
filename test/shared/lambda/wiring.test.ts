import { expect, test } from 'vitest';
import { SYSTEM } from '../../../functions/system.ts';
import { QUEUES } from '../../../shared/domain/queues.ts';
import { DEAD_LETTERS } from '../../../shared/lambda/declaration.ts';
import { type Wiring, wiringOf } from '../../../shared/lambda/wiring.ts';
import { testPipeline } from '../support.ts';

const wiring = wiringOf(
  SYSTEM,
  testPipeline({
    endpoint: { service: 'squares', path: '/', timeoutSeconds: 37 },
    limits: { inFlight: 3_000 },
    schedule: { cron: '30 6 * * 1-5', timeZone: 'Australia/Sydney' },
  }),
);

test('what depends on the definition is worked out', () => {
  expect(wiring.functions.forwarder.timeoutSeconds).toBe(104);
  expect(wiring.mappings.find(({ function: name }) => name === 'forwarder')).toMatchObject({ maxConcurrency: 12 });
  expect(wiring.schedules).toEqual([
    expect.objectContaining({ function: 'splitter', cron: '30 6 * * 1-5', timeZone: 'Australia/Sydney' }),
    { function: 'sweeper', everySeconds: 60 },
  ]);
  expect(wiringOf(SYSTEM, testPipeline()).schedules).toEqual([{ function: 'sweeper', everySeconds: 60 }]);
});

test.each([...QUEUES, DEAD_LETTERS] as const)(
  "a message of queue %s stays out of sight for six times its consumer's time-out",
  (name) => {
    const taker = wiring.mappings.find(({ queue }) => queue === name);
    const timeouts = new Map(Object.entries(wiring.functions).map(([of, { timeoutSeconds }]) => [of, timeoutSeconds]));
    const { visibilitySeconds } = name === DEAD_LETTERS ? wiring.deadLetters : wiring.queues[name];
    expect(visibilitySeconds).toBe(6 * (timeouts.get(taker?.function ?? '') ?? 0));
  },
);

test('a function that sends to the queue that invokes it is allowed to, or Lambda would cut the chain', () => {
  const again = Object.entries(wiring.functions).filter(([, { sendsAgain }]) => sendsAgain);
  expect(again.map(([name]) => name)).toEqual(['splitter', 'forwarder', 'aggregator', 'caller']);
});

test('a queue that nothing takes is refused', () => {
  const { sweeper } = SYSTEM.functions;
  const functions = { ...SYSTEM.functions, aggregator: sweeper };
  expect(() => wiringOf({ ...SYSTEM, functions }, testPipeline())).toThrow('Nothing takes queue aggregate.');
});

test('only a pipeline with tasks has their queue, and what takes and sends from it', () => {
  const has = ({ optionalQueues, mappings, schedules }: Wiring) => [
    Object.keys(optionalQueues),
    mappings.map(({ queue }) => queue).filter((queue) => queue === 'calls'),
    schedules.map(({ function: name }) => name).filter((name) => name === 'rounds'),
  ];
  expect(has(wiringOf(SYSTEM, testPipeline()))).toEqual([[], [], []]);
  expect(has(wiringOf(SYSTEM, testPipeline({ tasks: {} })))).toEqual([['calls'], ['calls'], ['rounds']]);
});
