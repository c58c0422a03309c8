import { holds } from './holds.ts';
import { SCENES } from './scenes-whole.ts';

holds('L6 from the start to the report', SCENES, {
  'two children, nothing wrong': { states: 2_000, reached: ['finish: succeeded'] },
  'one child, a crash': {
    states: 4_000,
    reached: [
      'crash: start before plan',
      'crash: split before page',
      'crash: aggregate before part',
      'crash: finish before status',
      'sweep: start again',
    ],
  },
  'one child, a crash and a lost message': {
    states: 8_000,
    reached: ['lose: for aggregate', 'crash: finish before claim', 'sweep: start again'],
  },
  'a lease that runs out, a duplicate': {
    states: 15_000,
    reached: ['lapse: a lease runs out before its holder', 'split: leased by another', 'duplicate: for finish'],
  },
  'two children, a lost message': {
    states: 4_000,
    reached: [
      'lose: for split',
      'lose: for forward',
      'lose: for aggregate',
      'lose: for finish',
      'sweep: resume slice',
      'sweep: look at block',
    ],
  },
  'two slices': { states: 4_000, reached: ['split: tell run', 'aggregate: tell run'] },
  'no children': { states: 1_000, reached: ['start: tell run', 'split: put end page'] },
  'started twice': { states: 2_000, reached: ['start: RUN is there', 'start: adopt plan'] },
});
