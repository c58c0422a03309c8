import { holds } from './holds.ts';
import { SCENES } from './scenes-close.ts';

holds('L5 closing', SCENES, {
  'cancel while splitting and calling': {
    states: 8_000,
    reached: ['close: put END', 'close: write page of given up', 'split: no call allowed any more, stop'],
  },
  'cancel while calling': {
    states: 15_000,
    reached: ['close: write page of given up', 'forward: write page', 'finish: failed', 'finish: cancelled'],
  },
  'cancel while storing early': {
    states: 1_000,
    reached: [
      'close: write page of given up',
      'store: update done',
      'store: tell segment',
      'forward: all of it is stored',
    ],
  },
  'its deadline comes while calling': {
    states: 10_000,
    reached: [
      'the deadline comes',
      'sweep: close an overdue run',
      'finish: expired',
      'forward: no call allowed any more',
    ],
  },
  'its deadline comes while splitting and calling': {
    states: 500,
    reached: ['the deadline comes', 'sweep: close an overdue run', 'split: no call allowed any more, stop'],
  },
  'cancel a run that starts': {
    states: 4_000,
    reached: ['close: put empty plan', 'start: adopt plan', 'close: tell run'],
  },
  'cancelled at its deadline': { states: 500, reached: ['request: cancel', 'finish: cancelled', 'finish: expired'] },
  'closed by an old checkpoint': { states: 6_000, reached: ['close: read an old checkpoint', 'close: walk page'] },
  'closed before its plan': { states: 8, reached: ['close: put empty plan', 'close: tell run'] },
  'closed while splitting': { states: 3_000, reached: ['split: adopt end page', 'close: walk page'] },
  'closed in the middle of a block': { states: 1_500, reached: ['close: put END', 'split: put items page'] },
  'a closer that crashes': {
    states: 200,
    reached: ['crash: close before add', 'crash: close before tell', 'sweep: resume closing'],
  },
});
