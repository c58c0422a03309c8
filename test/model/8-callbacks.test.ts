import { holds } from './holds.ts';
import { SCENES } from './scenes-callback.ts';

holds('L8 callbacks', SCENES, {
  early: { states: 150, reached: ['callback: end its child', 'expire: write page', 'callback: counted late'] },
  'never, and a crash': {
    states: 400,
    reached: ['crash: forward before bucket', 'crash: forward before update', 'crash: expire before update'],
  },
  'two of a slot': { states: 3_000, reached: ['forward: write page', 'callback: end its child', 'expire: raise turn'] },
  'a forged token': { states: 500, reached: ['callback: forged, refused', 'callback: end its child'] },
  'two words of one call': {
    states: 4_500,
    reached: ['callback: call again', 'callback: fail its child', 'callback: not as read'],
  },
  'a failure beside a call': {
    states: 2_500,
    reached: ['callback: join the message of its slot', 'callback: call again', 'forward: register condition failed'],
  },
  'a failure and a crash beside a call': {
    states: 15_000,
    reached: [
      'crash: callback before replace',
      'crash: callback before look',
      'crash: callback before send',
      'callback: raise its turn',
      'callback: another has its slot',
    ],
  },
  'heard of beside a call': {
    states: 1_000,
    reached: ['callback: wait anew', 'callback: not as read, answered 503', 'forward: register condition failed'],
  },
  'over beside a call': { states: 40, reached: ['expire: raise turn', 'expire: send again'] },
  'twice at once': { states: 650, reached: ['callback: not as read', 'callback: counted late'] },
  'paused while it waits': { states: 650, reached: ['request: pause', 'request: resume', 'callback: end its child'] },
  'cancelled while it waits': { states: 2_000, reached: ['close: write page of given up', 'callback: counted late'] },
  'its deadline comes while it waits': { states: 350, reached: ['callback: too late for its run'] },
  'late or never': {
    states: 1_500,
    reached: [
      'callback: too late for its segment',
      'aggregate: a callback came late, read again',
      'lose: for callback',
    ],
  },
  'late, and a crash': {
    states: 5_000,
    reached: ['crash: callback before tell', 'crash: callback before late', 'crash: aggregate before freeze'],
  },
  'a redrive': { states: 2_000, reached: ['callback: end its child', 'finish: tell the end'] },
});
