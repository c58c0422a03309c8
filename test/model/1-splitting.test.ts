import { holds } from './holds.ts';
import { SCENES } from './scenes-split.ts';

holds('L1 splitting', SCENES, {
  'pages of one item': { states: 400, reached: ['split: adopt items page', 'crash: split before checkpoint'] },
  'two splitters': {
    states: 5_000,
    reached: [
      'split: adopt end page',
      'split: resume from checkpoint',
      'crash: split before send',
      'crash: split before count',
    ],
  },
  'blocks sent in windows': {
    states: 3_000,
    reached: ['split: checkpoint, then hand on', 'crash: split before hand on'],
  },
});
