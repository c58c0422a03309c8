import { holds } from './holds.ts';
import { SCENES } from './scenes-freeze.ts';

holds('L4 freezing', SCENES, {
  'late success': { states: 2_500, reached: ['aggregate: frozen by another', 'duplicate: for forward'] },
  'two segments': {
    states: 4_000,
    reached: ['aggregate: is frozen', 'crash: aggregate before root', 'crash: aggregate before notify'],
  },
  'segment of two blocks': { states: 1_500, reached: ['crash: aggregate before freeze'] },
  'two finishers': {
    states: 200,
    reached: [
      'finish: leased by another',
      'finish: take expired lease',
      'finish: tell the end',
      'crash: finish before mail',
    ],
  },
  'lost notifications': {
    states: 1_000,
    reached: ['sweep: tell full segment', 'sweep: tell full run', 'lose: for finish'],
  },
  'a sweeper that acts late': {
    states: 1_000,
    reached: [
      'sweep: tell full segment by an old SEG',
      'sweep: take frozen segment by an old ROOT',
      'sweep: tell full run by an old status',
    ],
  },
});
