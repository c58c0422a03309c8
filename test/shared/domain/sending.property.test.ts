import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RUN_STATUSES } from '../../../shared/domain/run.ts';
import {
  type BlockState,
  callsOf,
  type Delivery,
  decide,
  delaySeconds,
  EMPTY_BLOCK,
  MARK_MARGIN_MS,
  missing,
  NEW_REGISTER,
  nextRegister,
  POISON_CRASHES,
  type Register,
  raised,
  registerOf,
  suspectStep,
} from '../../../shared/domain/sending.ts';

const NOW = 1_000_000;
/** A mark of this deadline is evidence, since now. */
const ENDED = NOW - MARK_MARGIN_MS;
const SELF = { id: 'me', deadline: NOW + 60_000 };
const SLOT = 4;
const COUNT = 4;

const tries = fc.record({
  tries: fc.nat(4),
  due: fc.constantFrom(0, NOW - 1, NOW, NOW + 1, NOW + 5_000),
  crashes: fc.nat(POISON_CRASHES),
});
const mark = fc.record({
  child: fc.option(fc.integer({ min: SLOT, max: SLOT + COUNT - 1 })),
  deadline: fc.constantFrom(ENDED - 1, ENDED, ENDED + 1),
  by: fc.constantFrom('me', 'other'),
});
const child = fc.integer({ min: SLOT, max: SLOT + COUNT - 1 });
const register: fc.Arbitrary<Register> = fc.record({
  turn: fc.nat(3),
  tries: fc.array(fc.tuple(child, tries), { maxLength: 4 }).map((entries) => new Map(entries)),
  care: fc.constantFrom(0, 1, 2),
  mark: fc.option(mark),
});
const block: fc.Arbitrary<BlockState> = fc.record({
  done: fc.uniqueArray(fc.nat(11)).map((done) => new Set(done)),
  registers: fc.option(register, { freq: 5 }).map((one) => new Map(one ? [[SLOT, one]] : [])),
});
const delivery: fc.Arbitrary<Delivery> = fc.record({
  slot: fc.constant(SLOT),
  count: fc.constant(COUNT),
  turn: fc.nat(3),
  blockSize: fc.constant(12),
  receives: fc.integer({ min: 1, max: 3 }),
});
const status = fc.constantFrom(null, ...RUN_STATUSES);

const aDelivery = (over: Partial<Delivery> = {}): Delivery => ({
  slot: 4,
  count: 4,
  turn: 0,
  blockSize: 12,
  receives: 1,
  ...over,
});
const aRegister = (over: Partial<Register>): Register => ({ ...NEW_REGISTER, ...over });
const aBlock = (done: readonly number[], of?: Partial<Register>): BlockState => ({
  done: new Set(done),
  registers: of ? new Map([[SLOT, aRegister(of)]]) : new Map(),
});
const theirs = (deadline: number, n: number | null = 5) => ({ child: n, deadline, by: 'other' });
const all = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('decide', () => {
  test.each([
    ['a new slot is called whole', aDelivery(), aBlock([]), 'running', { do: 'call', due: [4, 5, 6, 7] }],
    ['also while its run is planned', aDelivery(), aBlock([]), 'planned', { do: 'call', due: [4, 5, 6, 7] }],
    ['done children are left out', aDelivery(), aBlock([5, 6, 9]), 'splitting', { do: 'call', due: [4, 7] }],
    ['a slot that is done is void', aDelivery(), aBlock([4, 5, 6, 7]), 'running', { do: 'void' }],
    [
      'a full block is completed again, whatever the turn',
      aDelivery({ turn: 7 }),
      aBlock(all(12)),
      'running',
      { do: 'complete' },
    ],
    ['a full block is completed again in a closing run', aDelivery(), aBlock(all(12)), 'closing', { do: 'complete' }],
    [
      'a full block is completed again in no run',
      aDelivery({ receives: 2 }),
      aBlock(all(12)),
      null,
      { do: 'complete' },
    ],
    ['no run', aDelivery(), aBlock([]), null, { do: 'void' }],
    ['a paused run', aDelivery(), aBlock([]), 'paused', { do: 'void' }],
    ['a closing run', aDelivery(), aBlock([]), 'closing', { do: 'void' }],
    ['a finished run', aDelivery(), aBlock([]), 'failed', { do: 'void' }],
    ['an old turn', aDelivery(), aBlock([], { turn: 1 }), 'running', { do: 'void' }],
    ['a turn nobody wrote', aDelivery({ turn: 1 }), aBlock([]), 'running', { do: 'void' }],
    ['a second receive', aDelivery({ receives: 2 }), aBlock([]), 'running', { do: 'suspect', care: 1 }],
    ['a register that says apart', aDelivery(), aBlock([], { care: 1 }), 'running', { do: 'suspect', care: 1 }],
    ['a register that says alone', aDelivery(), aBlock([], { care: 2 }), 'running', { do: 'suspect', care: 2 }],
    ['a live mark', aDelivery(), aBlock([], { mark: theirs(ENDED + 1) }), 'running', { do: 'back', until: NOW + 1 }],
    ['a live mark of a void turn', aDelivery(), aBlock([], { turn: 1, mark: theirs(NOW) }), 'running', { do: 'void' }],
    ['an expired mark', aDelivery(), aBlock([], { mark: theirs(ENDED) }), 'running', { do: 'suspect', care: 2 }],
    [
      'a mark of its own, whenever it ends',
      aDelivery({ receives: 2 }),
      aBlock([], { mark: { ...theirs(ENDED), by: SELF.id } }),
      'running',
      { do: 'suspect', care: 1 },
    ],
  ] as const)('%s', (_, message, state, run, decision) => {
    expect(decide(message, state, run, SELF.id, NOW)).toEqual(decision);
  });

  test('children that are not due yet are not called', () => {
    const waits = new Map([
      [4, { tries: 1, due: NOW + 1, crashes: 0 }],
      [5, { tries: 1, due: NOW, crashes: 0 }],
    ]);
    expect(decide(aDelivery(), aBlock([7], { tries: waits }), 'running', SELF.id, NOW)).toEqual({
      do: 'call',
      due: [5, 6],
    });
  });

  test('never calls a done child, one of another slot, or one before its time, and never in a run that stands', () => {
    fc.assert(
      fc.property(delivery, block, status, (message, state, run) => {
        const decision = decide(message, state, run, SELF.id, NOW);
        if (decision.do !== 'call') return;
        expect(['planned', 'splitting', 'running']).toContain(run);
        expect(message.turn).toBe(registerOf(state, SLOT).turn);
        for (const n of decision.due) {
          expect(state.done.has(n)).toBe(false);
          expect(n).toBeGreaterThanOrEqual(SLOT);
          expect(n).toBeLessThan(SLOT + COUNT);
          expect(registerOf(state, SLOT).tries.get(n)?.due ?? 0).toBeLessThanOrEqual(NOW);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the next register', () => {
  const results = (
    ended: number[],
    again: [number, number][],
    complete = true,
    handedBack: [number, number][] = [],
  ) => ({
    ended: new Set(ended),
    again: new Map(again),
    handedBack: new Map(handedBack),
    complete,
  });

  test('is none where nothing is left', () => {
    expect(nextRegister(aDelivery(), aBlock([4]), results([5, 6, 7], []))).toBeNull();
  });

  test('counts a try of what was called in vain, and none of what was handed back', () => {
    const before = { tries: new Map([[5, { tries: 2, due: 1, crashes: 1 }]]) };
    expect(nextRegister(aDelivery(), aBlock([], before), results([4], [[6, NOW + 9]]))).toEqual({
      turn: 1,
      tries: new Map([
        [5, { tries: 2, due: 1, crashes: 1 }],
        [6, { tries: 1, due: NOW + 9, crashes: 0 }],
      ]),
      care: 0,
      mark: null,
    });
  });

  test('a child that is handed back until then spends no try, and is never due earlier than it was', () => {
    const before = {
      tries: new Map([
        [5, { tries: 2, due: NOW - 1, crashes: 1 }],
        [6, { tries: 1, due: NOW + 9, crashes: 0 }],
      ]),
    };
    const handedBack: [number, number][] = [4, 5, 6].map((n) => [n, NOW + 5]);
    expect(nextRegister(aDelivery(), aBlock([], before), results([7], [], false, handedBack))?.tries).toEqual(
      new Map([
        [4, { tries: 0, due: NOW + 5, crashes: 0 }],
        [5, { tries: 2, due: NOW + 5, crashes: 1 }],
        [6, { tries: 1, due: NOW + 9, crashes: 0 }],
      ]),
    );
  });

  test('a child that is handed back at once leaves nothing behind', () => {
    expect(nextRegister(aDelivery(), aBlock([]), results([], [], false, [[4, 0]]))?.tries).toEqual(new Map());
  });

  test.each([
    ['a complete pass ends it', 2, 2, true, 0],
    ['a hand-back keeps it', 2, 1, false, 2],
    ['a hand-back keeps it', 1, 1, false, 1],
    ['a hand-back of a second receive sets it, marked or not', 0, 2, false, 1],
    ['a hand-back of an ordinary message sets none', 0, 1, false, 0],
  ] as const)('care: %s', (_, care, receives, complete, next) => {
    const written = nextRegister(aDelivery({ receives }), aBlock([], { care }), results([], [], complete));
    expect(written?.care).toBe(next);
  });

  const outcome = fc.constantFrom('ended', 'again', 'back', 'back until then');
  test('turns strictly rise, marks go, tries and crashes never fall, and only what is left is remembered', () => {
    fc.assert(
      fc.property(
        delivery,
        block,
        fc.array(outcome, { minLength: COUNT, maxLength: COUNT }),
        fc.boolean(),
        (message, state, each, complete) => {
          const ended = new Set(each.flatMap((what, i) => (what === 'ended' ? [SLOT + i] : [])));
          const again = new Map(each.flatMap((what, i) => (what === 'again' ? [[SLOT + i, NOW + i] as const] : [])));
          const handedBack = new Map(
            each.flatMap((what, i) => (what === 'back until then' ? [[SLOT + i, NOW - 1 + i] as const] : [])),
          );
          const next = nextRegister(message, state, { ended, again, handedBack, complete });
          const left = missing(state, SLOT, COUNT).filter((n) => !ended.has(n));
          expect(next === null).toBe(left.length === 0);
          if (!next) return;
          expect(next.turn).toBe(message.turn + 1);
          expect(next.mark).toBeNull();
          const before = registerOf(state, SLOT).tries;
          for (const n of next.tries.keys()) expect(left).toContain(n);
          for (const n of left) {
            const [was, is] = [before.get(n), next.tries.get(n)];
            expect(is?.crashes ?? 0).toBe(was?.crashes ?? 0);
            expect(is?.tries ?? 0).toBe((was?.tries ?? 0) + (again.has(n) ? 1 : 0));
            expect(is?.due ?? 0).toBe(again.get(n) ?? Math.max(was?.due ?? 0, handedBack.get(n) ?? 0));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('what is handed back until then is called from then on, and its message waits for the first of them', () => {
    const until = fc.array(fc.integer({ min: NOW + 1, max: NOW + 800_000 }), { minLength: COUNT, maxLength: COUNT });
    fc.assert(
      fc.property(until, (times) => {
        const handedBack: [number, number][] = times.map((time, i) => [SLOT + i, time]);
        const next = nextRegister(aDelivery(), aBlock([]), results([], [], false, handedBack));
        const state = aBlock([], next ?? {});
        const dueAt = (now: number) => decide(aDelivery({ turn: 1 }), state, 'running', SELF.id, now);
        const all = handedBack.map(([n]) => n);
        expect(dueAt(Math.min(...times) - 1)).toEqual({ do: 'call', due: [] });
        for (const [n, time] of handedBack) {
          expect(dueAt(time)).toMatchObject({ due: expect.arrayContaining([n]) });
        }
        expect(dueAt(Math.max(...times))).toEqual({ do: 'call', due: all });
        const waits = NOW + 1_000 * delaySeconds(next ?? NEW_REGISTER, all, NOW);
        expect(waits).toBeGreaterThanOrEqual(Math.min(...times));
      }),
    );
  });

  test('raising a register for sending again keeps the rest of it', () => {
    fc.assert(
      fc.property(register, (each) => {
        expect(raised(each)).toEqual({ ...each, turn: each.turn + 1 });
      }),
    );
  });
});

describe('the delay of the next message', () => {
  const due = (...times: number[]) =>
    aRegister({ tries: new Map(times.map((time, i) => [SLOT + i, { tries: 1, due: time, crashes: 0 }])) });

  test.each([
    ['the earliest of its children', due(NOW + 9_000, NOW + 4_000), [4, 5], 4],
    ['whole seconds, never early', due(NOW + 1), [4], 1],
    ['none for a child that never failed', due(NOW + 9_000), [4, 5], 0],
    ['none for what is due', due(NOW - 5_000), [4], 0],
    ['no more than SQS takes', due(NOW + 10_000_000), [4], 900],
    ['of those left alone', due(NOW, NOW + 4_000), [5], 4],
  ])('%s', (_, of, left, seconds) => {
    expect(delaySeconds(of, left, NOW)).toBe(seconds);
  });
});

describe('a suspect', () => {
  const step = (state: BlockState, called: number[] = [], over: Partial<Delivery> = {}) =>
    suspectStep(aDelivery({ receives: 2, ...over }), state, new Set(called), SELF, NOW);
  const mine = (n: number | null) => ({ child: n, deadline: SELF.deadline, by: 'me' });

  test('without evidence is called apart: all that are due, under one mark of the slot', () => {
    expect(step(aBlock([4]))).toEqual({
      do: 'call',
      children: [5, 6, 7],
      register: { turn: 0, tries: new Map(), care: 1, mark: mine(null) },
    });
  });

  test('of a mark of the whole slot is called alone from then on, and none of its children is accused', () => {
    expect(step(aBlock([4], { care: 1, mark: theirs(ENDED, null) }))).toEqual({
      do: 'call',
      children: [5],
      register: { turn: 0, tries: new Map(), care: 2, mark: mine(5) },
    });
  });

  test('an expired mark adds a crash to its child, which then comes last', () => {
    const next = step(aBlock([], { mark: theirs(ENDED, 4) }));
    expect(next).toMatchObject({ do: 'call', children: [5], register: { care: 2, mark: mine(5) } });
    if (next.do === 'call') expect(next.register.tries.get(4)).toEqual({ tries: 0, due: 0, crashes: 1 });
  });

  test('a mark accuses nobody where its child has an outcome, or where it is our own', () => {
    const done = step(aBlock([5], { mark: theirs(ENDED) }));
    const own = step(aBlock([], { mark: { ...theirs(ENDED), by: 'me' } }), [5]);
    for (const next of [done, own]) {
      expect(next.do).toBe('call');
      if (next.do === 'call') expect(next.register.tries.get(5)?.crashes ?? 0).toBe(0);
    }
  });

  test('two crashes are poison, also when the second is only told of by a mark', () => {
    const once = { tries: new Map([[5, { tries: 3, due: 0, crashes: 1 }]]) };
    expect(step(aBlock([], once)).do).toBe('call');
    expect(step(aBlock([], { ...once, mark: theirs(ENDED) }))).toEqual({ do: 'poison', child: 5, calls: 5 });
  });

  test('is done when all that are due were called', () => {
    const waits = new Map([[7, { tries: 1, due: NOW + 1, crashes: 0 }]]);
    expect(step(aBlock([4], { tries: waits }), [5, 6])).toEqual({ do: 'done' });
  });

  /** What one pass after another makes of a slot in which these children kill whoever calls them. */
  function passes(killers: ReadonlySet<number>): { order: string[]; calls: Map<number, number> } {
    let state: BlockState = EMPTY_BLOCK;
    let now = NOW;
    const order: string[] = [];
    const calls = new Map<number, number>();
    for (let pass = 0; pass < 20; pass++, now += 100_000) {
      const self = { id: `pass-${pass}`, deadline: now + 60_000 };
      const called = new Set<number>();
      for (;;) {
        const next = suspectStep(aDelivery({ receives: 2 }), state, called, self, now);
        if (next.do === 'done') return { order, calls };
        order.push(next.do === 'call' ? `call ${next.children.join()}` : `poison ${next.child}`);
        const done = new Set(state.done);
        if (next.do === 'poison') {
          state = { ...state, done: done.add(next.child) };
          continue;
        }
        for (const n of next.children) {
          expect(state.done.has(n)).toBe(false);
          calls.set(n, (calls.get(n) ?? 0) + 1);
          called.add(n);
        }
        state = { ...state, registers: new Map([[SLOT, next.register]]) };
        if (next.children.some((n) => killers.has(n))) break;
        state = {
          done: new Set([...done, ...next.children]),
          registers: new Map([[SLOT, { ...next.register, mark: null }]]),
        };
      }
    }
    throw new Error('It never ended.');
  }

  test('a killer dies with its slot, then twice alone; its neighbours are called twice', () => {
    expect(passes(new Set([4])).order).toEqual([
      'call 4,5,6,7',
      'call 4',
      'call 5',
      'call 6',
      'call 7',
      'call 4',
      'poison 4',
    ]);
    fc.assert(
      fc.property(fc.subarray([4, 5, 6, 7]), (killers) => {
        const { order, calls } = passes(new Set(killers));
        const alone = (n: number) => (killers.length === 0 ? 0 : killers.includes(n) ? POISON_CRASHES : 1);
        for (const n of [4, 5, 6, 7]) expect(calls.get(n)).toBe(1 + alone(n));
        expect(order.filter((what) => what.startsWith('poison')).sort()).toEqual(killers.map((n) => `poison ${n}`));
      }),
    );
  });

  test('calls only what is missing, due and uncalled, of the fewest crashes, and never loses a crash or a try', () => {
    fc.assert(
      fc.property(delivery, block, fc.uniqueArray(child), (message, state, called) => {
        const next = suspectStep(message, state, new Set(called), SELF, NOW);
        const before = registerOf(state, SLOT);
        const left = missing(state, SLOT, COUNT);
        const evidence = before.mark?.by === 'other' ? before.mark : null;
        if (next.do === 'poison') {
          expect(left).toContain(next.child);
          const known = before.tries.get(next.child)?.crashes ?? 0;
          expect(known + (evidence?.child === next.child ? 1 : 0)).toBeGreaterThanOrEqual(POISON_CRASHES);
        }
        if (next.do !== 'call') return;
        const { children, register: after } = next;
        const crashes = (n: number) => after.tries.get(n)?.crashes ?? 0;
        const callable = left.filter((n) => !called.includes(n) && (after.tries.get(n)?.due ?? 0) <= NOW);
        const alone = evidence !== null || before.care === 2;
        expect(after).toMatchObject({
          turn: before.turn,
          care: alone ? 2 : 1,
          mark: mine(alone ? (children[0] ?? 0) : null),
        });
        if (alone) {
          expect(children).toHaveLength(1);
          expect(callable).toContain(children[0]);
          expect(crashes(children[0] ?? 0)).toBe(Math.min(...callable.map(crashes)));
        } else expect([...children].sort((a, b) => a - b)).toEqual(callable);
        for (const [n, was] of before.tries) {
          expect(after.tries.get(n)).toMatchObject({ tries: was.tries, due: was.due });
          expect(crashes(n) - was.crashes).toBe(evidence?.child === n && !state.done.has(n) ? 1 : 0);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

test('calls known of a child are its tries and its crashes', () => {
  const state = aBlock([], { tries: new Map([[5, { tries: 2, due: 0, crashes: 1 }]]) });
  expect([callsOf(state, 5), callsOf(state, 4), callsOf(EMPTY_BLOCK, 5)]).toEqual([3, 0, 0]);
});
