import { cancelRun } from '../../../shared/control/control.ts';
import { startRun } from '../../../shared/control/start.ts';
import { faultAt, randomFaults } from '../../../testing/fault-plans.ts';
import type { Fault, FaultPlan } from '../../../testing/faults.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { answers, type Service } from '../../chaos/service.ts';
import { MINUTE, SECOND, type World } from '../../chaos/world.ts';
import type { Scene } from './scenes.ts';

/** The second child is worth another call, the third fails at once. */
const usual: Service = (i, nth) => {
  if (i === 1 && nth === 1) return answers(i, { httpStatus: 500, body: '' });
  return i === 2 ? answers(i, { httpStatus: 422, body: '' }) : answers(i);
};
const refusedAtFirst: Service = (i, _, { run }) =>
  run === 'r' && i > 0 ? answers(i, { httpStatus: 422, body: '' }) : answers(i);
const toldToWait: Service = (i, nth) =>
  i === 1 && nth === 1 ? answers(i, { httpStatus: 500, body: '', retryAfter: '30' }) : answers(i);
const busyAtFirst: Service = (i, nth) =>
  nth === 1 ? answers(i, { httpStatus: 429, body: '', retryAfter: '5' }) : answers(i);
const busyForAWhile: Service = (i, nth) => answers(i, nth <= 2 ? { httpStatus: 429, body: '' } : {});
/** A forwarder dies of the first call; the others take so long. */
const killsOnce =
  (ms: number): Service =>
  (i, nth) =>
    i === 0 && nth === 1 ? { kind: 'kill', ms: 30 } : answers(i, { ms });
const killer: Service = (i) => (i === 1 ? { kind: 'kill', ms: 30 } : answers(i));
/** Two fit into an invocation, one behind the other. */
const slow: Service = (i) => answers(i, { ms: 12 * SECOND });

/** Both of a message's copies are called before either is told to try again. */
const slowAtFirst: Service = (i, nth) => answers(i, { ms: 5 * SECOND, ...(nth <= 2 && { httpStatus: 500, body: '' }) });

/** The table refuses the first page of outcomes of every forwarder but the first. */
const refusesOutcomesOnce: FaultPlan = ({ method, process }) =>
  method === 'putOutcomes' && process === 'forwarder-2' ? 'throttle' : 'pass';

/** So that no canary passes. */
const refusesFlags: FaultPlan = ({ method, process }) =>
  method === 'flag' && process.startsWith('splitter') ? 'throttle' : 'pass';

const slowToPlan: FaultPlan = ({ method, process }) =>
  method === 'plan' && process.startsWith('control-1') ? { delayMs: SECOND } : 'pass';

/** All that is full waits to be frozen. */
const slowToFreeze: FaultPlan = ({ method }) => (method === 'freeze' ? { delayMs: 10 * SECOND } : 'pass');

/** The first aggregator dies between SEG and ROOT, the second takes its time there. */
const slowToAdd: FaultPlan = ({ method, process }) => {
  if (method !== 'addSegment' || !process.startsWith('aggregator')) return 'pass';
  return process === 'aggregator-1' ? 'crash-before' : { delayMs: 20 * SECOND };
};

/** Each first child is answered with 202; what is said of it, and of the others, is the scene's. */
const later: Service = (i, nth, request) =>
  i === 0 ? answers(i, { httpStatus: 202, body: '' }) : usual(i, nth, request);
const WITHIN: Pick<Scene, 'callback'> = { callback: { withinHours: 0.5, onExpiry: 'fail', heartbeatSeconds: 120 } };
const succeeds = '{"status":200,"result":{"value":1}}';
const failsOnce =
  (seconds: number): NonNullable<Scene['says']> =>
  (i, nth) =>
    i > 0 ? [] : [{ afterMs: seconds * SECOND, body: nth === 1 ? '{"status":500}' : succeeds }];

/** The second child's first call fails, and its second takes long: what is said of the first comes meanwhile. */
const besideACall: Service = (i, nth) => {
  if (i === 0) return answers(i, { httpStatus: 202, body: '' });
  return answers(i, nth === 1 ? { httpStatus: 500, body: '' } : { ms: 12 * SECOND });
};

/** Scenes of children that wait for their callbacks. */
export const CALLED_BACK: Readonly<Record<string, Scene>> = {
  'called back early, and twice': {
    ...WITHIN,
    slices: [2],
    service: (i) => (i === 0 ? answers(i, { httpStatus: 202, body: '', ms: 1_500 }) : answers(i)),
    says: (i) => (i > 0 ? [] : [1, 20].map((s) => ({ afterMs: s * SECOND, body: succeeds }))),
  },
  'never called back, and late': {
    ...{ ...WITHIN, slices: [2], service: later, plan: slowToFreeze },
    says: (i) => (i > 0 ? [] : [{ afterMs: 20 * MINUTE, body: succeeds }]),
  },
  'failed later, and called again': { ...WITHIN, slices: [2], service: later, says: failsOnce(20) },
  'failed later beside a call': { ...WITHIN, slices: [2], service: besideACall, says: failsOnce(8) },
  'failed for good later': {
    ...{ ...WITHIN, slices: [2], service: later },
    says: (i) => (i > 0 ? [] : [{ afterMs: 20 * SECOND, body: '{"status":422}' }]),
  },
  'heard of': {
    ...{ ...WITHIN, slices: [2], service: later },
    says: (i) =>
      i > 0
        ? []
        : [
            { afterMs: 70 * SECOND, body: '', act: '/progress' },
            { afterMs: 150 * SECOND, body: succeeds },
          ],
  },
};

/** Scenes of which each shows something of its own. */
export const NAMED: Readonly<Record<string, Scene>> = {
  'one child': { slices: [1] },
  'no child': { slices: [0] },
  'no slice': { slices: [] },
  'two slices, one empty': { slices: [2, 0] },
  'retries and failures': { slices: [4], service: usual },
  'retries to the end': { slices: [2], service: (i) => answers(i, i === 0 ? { httpStatus: 500, body: '' } : {}) },
  'a group commit': { slices: [5], isLarge: true, service: usual },
  'a canary': { slices: [4], canary: 1, service: usual },
  'a canary before a second slice': { slices: [3, 2], canary: 2, service: usual },
  'a killer': { slices: [3], service: killer },
  'a killer among slots': { slices: [3], isLarge: true, service: killer },
  'hand-backs': { slices: [4], inFlight: 2, service: slow, isSlow: true },
  'hand-backs of a suspect': { slices: [4], inFlight: 2, service: slow, isSlow: true, plan: diesReading() },
  'a hand-back of a suspect before any call': { slices: [2], plan: diesReading(17 * SECOND) },
  'a hand-back before any call': { slices: [2], plan: slowToRead(33 * SECOND) },
  'a copy that comes before its children are due': { slices: [2], service: toldToWait, meddle: copyDelayed },
  'a service that is busy': { slices: [3], service: busyAtFirst },
  'a service that is busy, and says no time': { slices: [3], service: busyForAWhile },
  'a suspect of a service that says no time': { slices: [2], service: busyForAWhile, plan: diesReading() },
  'a service that is too busy for a suspect': { slices: [2], service: busyAtFirst, plan: diesReading() },
  'a suspect whose outcome can not be written': { slices: [2], service: killsOnce(30), plan: refusesOutcomesOnce },
  'cancelled at once': { slices: [3], service: usual, cancelAfter: 1 },
  // The canary waits to be judged, and so does the slice's END.
  'cancelled while splitting': { slices: [4], canary: 1, cancelAfter: 500, plan: refusesFlags },
  'cancelled while calling': { slices: [4], isLarge: true, service: usual, cancelAfter: 50 },
  'cancelled between calls': { slices: [4], inFlight: 2, service: slow, isSlow: true, cancelAfter: 20 * SECOND },
  'cancelled three times': { slices: [2], service: slow, cancelAfter: 500, meddle: cancelTwiceMore },
  'cancelled before its plan': {
    slices: [2],
    isStartedOnce: true,
    cancelAfter: 20 * SECOND,
    plan: faultAt(1, 'crash-after'),
  },
  'cancelled with a segment full, and not frozen': { slices: [2], cancelAfter: 5 * SECOND, plan: slowToFreeze },
  'cancelled with a segment frozen, and not in ROOT': {
    slices: [2],
    cancelAfter: 5 * SECOND,
    plan: slowToAdd,
  },
  'copies that two forwarders call at once': { slices: [2], service: slowAtFirst, meddle: sendTwice },
  'a dead letter': { slices: [2], meddle: letDie },
  'started twice at once': { slices: [2], isStartedOnce: true, meddle: startOnceMore, plan: slowToPlan },
  'a splitter that runs out of time': { slices: [4], plan: slowToPut(105 * SECOND) },
  'a splitter that is ahead of its calls': {
    slices: [4],
    workRoom: 0,
    service: slow,
    plan: slowToPut(105 * SECOND),
  },
  'a splitter whose lease runs out': {
    slices: [4],
    plan: slowToPut(90 * SECOND),
    meddle: splitAgain,
  },
  'a redrive': {
    slices: [3],
    service: refusedAtFirst,
    redriven: ['0-0.0.0=aS', '0-0.0.1=bF', '0-0.0.2=cF'],
  },
};

function cancelTwiceMore(world: World): void {
  for (const ms of [501, 700]) world.clock.after(ms, () => void world.control((deps) => cancelRun(deps, 'r')));
}

/** Once more, when the lease of 60 seconds has run out, and its holder is still at work. */
function splitAgain(world: World): void {
  const message = { v: 1, pipeline: world.pipeline.name, run: 'r', type: 'slice', slice: 0 };
  world.clock.after(70 * SECOND, () => void world.queues.split.send([{ message }]));
}

function startOnceMore(world: World): void {
  void world.control((deps) => startRun(deps, { runId: 'r' }, 'cli'));
}

/** The first page takes so long. */
function slowToPut(delayMs: number): FaultPlan {
  return ({ method, number }) => (method === 'putPage' && number < 20 ? { delayMs } : 'pass');
}

/** The first forwarder reads its block for so long. */
function slowToRead(delayMs: number): FaultPlan {
  return ({ port, method, process }) =>
    process === 'forwarder-1' && port.includes('blocks') && method === 'read' ? { delayMs } : 'pass';
}

/** The first forwarder dies as it reads its block, so that the next has a suspect, and reads for so long. */
function diesReading(delayMs = 0): FaultPlan {
  return ({ port, method, process }) => {
    if (!port.includes('blocks') || method !== 'read') return 'pass';
    if (process === 'forwarder-1') return 'crash-before';
    return process === 'forwarder-2' ? { delayMs } : 'pass';
  };
}

/** What is sent with a delay comes a second time, at once. */
function copyDelayed(world: World): void {
  world.clock.after(1_500, () => {
    const messages = world.queues.work.bodies().map((body) => ({ message: JSON.parse(body) }));
    void world.queues.work.send(messages);
  });
}

/** All that is queued when the forwarder's mapping is off comes again while it is called. */
function sendTwice(world: World): void {
  world.mappings.work.pause();
  world.clock.after(SECOND, () => {
    const messages = world.queues.work.bodies().map((body) => ({ message: JSON.parse(body) }));
    world.mappings.work.resume();
    world.clock.after(SECOND, () => void world.queues.work.send(messages));
  });
}

/** All that is queued when the forwarder's mapping is off goes to the dead-letter queue, and comes back as well. */
function letDie(world: World): void {
  world.mappings.work.pause();
  world.clock.after(SECOND, () => {
    const messages = world.queues.work.bodies().map((body) => ({ message: JSON.parse(body) }));
    void world.deadLetters.work.send(messages);
  });
  world.clock.after(20 * SECOND, () => world.mappings.work.resume());
}

/** A run that a fault meets at its n-th port call. */
export const faulty = (number: number, fault: Fault): Scene => ({
  slices: [3],
  isLarge: number % 2 === 0,
  service: usual,
  plan: faultAt(number, fault),
});

/** Starters that die, and are not asked for again: the sweeper goes on. */
export const abandoned = (number: number, fault: Fault): Scene => ({
  slices: [2],
  isStartedOnce: true,
  plan: faultAt(number, fault),
});

/** Everything at once, by chance. */
export const wild = (seed: number): Scene => ({
  seed,
  slices: [2 + (seed % 3)],
  isLarge: seed % 2 === 0,
  service: usual,
  duplicates: 0.25,
  lostDeletes: 0.1,
  ...(seed % 5 === 0 && { canary: 1 }),
  ...(seed % 7 === 0 && { cancelAfter: seed * 13 }),
  plan: randomFaults(new SeededRandom(seed), {
    crashBefore: 0.01,
    crashAfter: 0.01,
    throttle: 0.01,
    loseAnswer: 0.01,
    delay: 0.15,
    maxDelayMs: 3 * SECOND,
  }),
});

/** Seeds of which each takes steps of its own, or is quickly checked. */
export const WILD = [1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 15, 27, 115, 142, 143] as const;
export const CANCELLED = [11, 15, 18, 23, 25, 29, 156] as const;
export const JAMMED = [34, 46, 49, 63, 67, 81, 101, 133, 136, 160] as const;

/** Cancelled twice, at any moment, while calls take long. */
export const cancelled = (seed: number): Scene => ({
  seed,
  slices: [2 + (seed % 3)],
  isLarge: seed % 2 === 0,
  service: usual,
  duplicates: 0.3,
  lostDeletes: 0.1,
  ...(seed % 3 === 0 && { canary: 1 }),
  cancelAfter: 13 * (seed % 60),
  meddle: (world) => {
    world.clock.after((seed * 37) % 900, () => void world.control((deps) => cancelRun(deps, 'r')));
  },
  plan: randomFaults(new SeededRandom(seed), { delay: 0.3, maxDelayMs: 400, crashBefore: 0.02 }),
});

/** Processes that now and then stand still for longer than a lease, or a visibility time-out; each message may be there twice. */
export function jammed(seed: number): Scene {
  const random = new SeededRandom(seed);
  const usualFault = randomFaults(new SeededRandom(seed + 7), {
    delay: 0.3,
    maxDelayMs: 2 * SECOND,
    crashBefore: 0.01,
    loseAnswer: 0.01,
  });
  return {
    seed,
    slices: [2 + (seed % 3)],
    isLarge: seed % 2 === 0,
    service: usual,
    duplicates: 0.5,
    lostDeletes: 0.1,
    plan: (call) => {
      const fault = usualFault(call);
      return fault === 'pass' && random.chance(0.05) ? { delayMs: random.integer(150 * SECOND) } : fault;
    },
  };
}
