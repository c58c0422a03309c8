import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../testing/faults.ts';
import { accept } from './accept.ts';
import { abandoned, CALLED_BACK, CANCELLED, cancelled, faulty, JAMMED, jammed, NAMED, WILD, wild } from './runs.ts';
import { initial, record, type Scene } from './scenes.ts';

/** Names of the model's steps that some trace took. */
const taken = new Set<string>();

/** Records a scene, and has the model accept each of its traces. */
async function acceptAll(scene: Scene, label: string): Promise<void> {
  for (const { level, trace } of await record(scene)) {
    expect(trace.length, label).toBeGreaterThan(10);
    const verdict = accept(level, initial, trace);
    expect(verdict.accepted ? 'accepted' : verdict.why, label).toBe('accepted');
    if (verdict.accepted) for (const step of verdict.steps) taken.add(step);
  }
}

/** Port calls of a run without a fault, and some more. */
const CALLS = 64;
const TIMEOUT_MS = 120_000;

describe('the model accepts what the real handlers do', { timeout: TIMEOUT_MS }, () => {
  test.each(Object.entries(NAMED))('%s', (label, scene) => acceptAll(scene, label));

  test.each(Object.entries(CALLED_BACK))('%s', (label, scene) => acceptAll(scene, label));

  // Each call in turn is chaos's to hit (test/chaos/crash-everywhere.test.ts); a trace is checked call by call whatever was hit.
  test.each<[Exclude<Fault, object>, number]>([
    ['crash-before', 3],
    ['crash-after', 3],
    ['lose-answer', 5],
    ['throttle', 7],
  ])('%s, at every %i. port call', async (fault, step) => {
    for (let number = step - 1; number <= CALLS; number += step) {
      await acceptAll(faulty(number, fault), `${fault} at call ${number}`);
    }
  });

  test('a starter that dies at each of its port calls, and is not asked again', async () => {
    for (let number = 2; number < 10; number++) await acceptAll(abandoned(number, 'crash-before'), `call ${number}`);
  });

  test.each(WILD)('everything at once, seed %i', (seed) => acceptAll(wild(seed), `seed ${seed}`));
  test.each(CANCELLED)('cancelled twice, seed %i', (seed) => acceptAll(cancelled(seed), `seed ${seed}`));
  test.each(JAMMED)('processes that stand still, seed %i', (seed) => acceptAll(jammed(seed), `seed ${seed}`));
});

/** Steps that no trace takes, and why not. */
const NOT_IN_TRACES: Readonly<Record<string, string>> = {
  'split: put page whatever is there': 'of a planted bug alone',
  'aggregate: read pages as they were': 'of a planted bug alone',
  'forward: read BLOCK as it was': 'of a planted bug alone',
  'forward: call fails as a whole': 'chaos in batches, and a test of every set of culprits, hold the handlers to it',
  'forward: call reaches nobody': 'chaos in batches, and a test of every set of culprits, hold the handlers to it',
  'forward: poison': 'a death is a crash to a trace, whatever it was of',
  'suspect: poison': 'a death is a crash to a trace, whatever it was of',
  'suspect: comes back for what a store failed': 'a call whose result no store takes has the line of one that ended',
  'forward: all of it is stored':
    'the last of its children would have to end in the moment in which the others are stored',
  'suspect: all of it is stored':
    'the last of its children would have to end in the moment in which the others are stored',
  'aggregate: not full, delete': 'no handler notifies of a segment before it is full',
  'finish: not full, delete': 'no handler notifies of a run before it is full',
  'aggregate: a callback came late, read again':
    'a callback that comes while its segment is read: chaos and tests hold the handlers to it',
  'finish: lease lost': "a finish's lease outlives its invocation, by a clock that all share",
  'finish: mail was claimed': 'a finisher that follows another has read so with its lease',
  'forward: read status anew': 'a read of RUN has no line: a forwarder remembers it for two seconds',
  'close: read an old checkpoint': 'no trace meets a stale read: that the model allows one is no promise of the code',
  'close: adopt plan': 'a start that stores its plan between two calls of a close',
  'split: canary passed without it, stop': 'two splitters, and the flag, within one block of two pages',
  'split: place is taken, out of time': 'two splitters, and the clock, within one page',
  'sweep: add block to segment': 'redelivery completes a full block long before the sweeper looks',
  'sweep: tell segment': 'redelivery completes a full block long before the sweeper looks',
  'sweep: turn condition failed': 'the sweeper sends again only where no message has moved for long',
};

// The last test of this file: it says something only behind all of the others.
test('each step of the protocol was in some trace, or is known to be in none', () => {
  const never = [...spelled()].filter((step) => !taken.has(step) && !(step in NOT_IN_TRACES)).sort();
  expect(never, 'steps of the protocol that no trace took').toEqual([]);
  // Their names are put together: these stand for the ways that a callback, and the end of a wait, can go.
  for (const step of [
    ...['end its child', 'fail its child', 'call again', 'join the message of its slot', 'wait anew'],
    ...['not as read', 'too late for its segment', 'look whether that message is to come'],
  ])
    expect([...taken]).toContain(`callback: ${step}`);
  expect([...taken]).toEqual(expect.arrayContaining(['expire: write page', 'expire: raise turn']));
  const after = Object.keys(NOT_IN_TRACES).filter((step) => taken.has(step));
  expect(after, 'steps that are said to be in no trace').toEqual([]);
});

/** The names of steps, as the protocol's files spell them. */
function spelled(): Set<string> {
  const folder = new URL('..', import.meta.url);
  const files = readdirSync(folder).filter((file) => /^(protocol-.*|batch|deciding|leasing)\.ts$/.test(file));
  const text = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
  const names = /'((?:start|split|forward|suspect|aggregate|finish|close|dead letter|sweep): [^'$]+)'/g;
  return new Set([...text.matchAll(names)].map(([, name = '']) => name));
}
