import { holds } from './holds.ts';
import { SCENES } from './scenes-close.ts';

holds('L5 closing', SCENES, {
  'cancel while splitting and calling': {
    states: 8_000,
    reached: ['close: put END', 'close: write page of given up', 'split: checkpoint, then stop'],
  },
  'cancel while calling': { states: 1_000, reached: ['close: write page of given up', 'forward: write page'] },
  'cancel a run that starts': {
    states: 4_000,
    reached: ['close: put empty plan', 'start: adopt plan', 'close: tell run'],
  },
  'closed before its plan': { states: 8, reached: ['close: put empty plan', 'close: tell run'] },
  'closed while splitting': { states: 3_000, reached: ['split: adopt end page', 'close: walk page'] },
  'closed in the middle of a block': { states: 1_500, reached: ['close: put END', 'split: put items page'] },
  'a closer that crashes': {
    states: 200,
    reached: ['crash: close before add', 'crash: close before tell', 'sweep: resume closing'],
  },
});
