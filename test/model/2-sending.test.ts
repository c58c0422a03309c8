import { holds } from './holds.ts';
import { SCENES } from './scenes-send.ts';

holds('L2 sending', SCENES, {
  'retries and a crash': {
    states: 8_000,
    // The first: a page is stored, its set isn't. The second: the turn is raised, its message isn't sent.
    reached: ['crash: forward before update', 'crash: forward before send', 'sweep: raise turn', 'sweep: send again'],
  },
  'retries and a duplicate': {
    states: 5_000,
    reached: ['forward: register condition failed', 'forward: add to done only'],
  },
  'retries and a slow forwarder': {
    states: 8_000,
    reached: ['suspect: mark condition failed', 'time: hidden messages come back'],
  },
  'retries and a hasty sweeper': { states: 8_000, reached: ['sweep: turn condition failed', 'lose: for forward'] },
  'a hasty sweeper and a crash': {
    states: 8_000,
    reached: ['suspect: mark the slot', 'sweep: raise turn', 'suspect: pass complete'],
  },
  'waits and hand-backs': {
    states: 2_000,
    reached: ['time: delays are over', 'forward: hand back', 'suspect: hand back', 'forward: none due'],
  },
  'a group of two messages': {
    states: 2_000,
    reached: ['forward: write page of a group', 'forward: write page', 'forward: raise turn', 'deliver a batch'],
  },
  'a group and a crash': {
    states: 1_000,
    reached: ['forward: write page of a group', 'crash: forward before update', 'crash: forward before delete'],
  },
  'a group and a store that fails': {
    states: 800,
    reached: ['fail: forward before commit', 'fail: forward before update', 'forward: put back'],
  },
  'a group and an answer that is lost': { states: 800, reached: ['fail: forward before delete', 'forward: put back'] },
  'stored early, and a crash': {
    states: 4_000,
    reached: ['forward: write page of what has ended', 'crash: forward before call', 'forward: raise turn'],
  },
  'stored early, and a store that fails': {
    states: 500,
    reached: ['fail: store before update', 'store: tell segment', 'forward: all of it is stored'],
  },
  'stored early, of two messages': { states: 500, reached: ['forward: write page of what has ended'] },
  'retries and a store that fails': {
    states: 2_000,
    reached: ['fail: forward before call', 'fail: forward before send', 'sweep: raise turn'],
  },
  'handed back time and again': { states: 1_500, reached: ['forward: hand back', 'forward: hand back the rest'] },
  'a service that is busy': {
    states: 2_000,
    reached: ['forward: call meets pressure, calls again', 'forward: raise turn'],
  },
  'a service that is busy, and a crash': {
    states: 6_000,
    reached: ['forward: call meets pressure', 'suspect: call meets pressure', 'suspect: pass complete'],
  },
  'a batch with a culprit': {
    states: 100,
    reached: ['forward: call fails as a whole', 'forward: call meets pressure', 'forward: hand back the rest'],
  },
  'a batch with a culprit, and a crash': {
    states: 100,
    reached: ['forward: call fails as a whole', 'suspect: call fails', 'suspect: pass complete'],
  },
  'a batch whose call reaches nobody': {
    states: 100,
    reached: ['forward: call reaches nobody', 'forward: raise turn'],
  },
  'a batch received twice': { states: 100, reached: ['forward: call fails as a whole'] },
  'a store that fails a suspect': {
    states: 1_000,
    reached: ['fail: forward before call marked', 'suspect: end own mark after a failure', 'forward: put back'],
  },
  'pause and resume': { states: 8_000, reached: ['request: pause', 'forward: no call allowed any more'] },
  'pause and a crash': { states: 6_000, reached: ['request: resume', 'crash: sweep before send'] },
  'a cached status': {
    states: 10_000,
    reached: [
      'forward: call by a cached status',
      'forward: no call by a cached status',
      'forward: read status anew',
      'request: resume',
    ],
  },
  'a cached status and a crash': {
    states: 10_000,
    reached: ['forward: call by a cached status', 'crash: forward before read status anew'],
  },
  'dead letters': { states: 2_000, reached: ['dead letter: delete message', 'dead letter: tell segment'] },
  'no sweeper needed': { states: 3_000, reached: ['crash: forward before notify', 'duplicate: for forward'] },
});
