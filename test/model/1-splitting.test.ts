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
  'a block as long as there was time for': {
    states: 500,
    reached: ['split: put what there was time for', 'split: out of time', 'split: adopt items page'],
  },
  'blocks sent in windows': {
    states: 3_000,
    reached: [
      'split: out of time',
      'split: enough waits, look again later',
      'split: checkpoint, enough waits',
      'crash: split before hand on',
    ],
  },
  'leases, two crashes': {
    states: 12_000,
    reached: ["time: a slice's lease expires", 'split: leased by another', 'crash: split before release'],
  },
  'leases that run out': {
    states: 12_000,
    reached: ['lapse: a lease runs out before its holder', 'split: adopt end page', 'crash: split before checkpoint'],
  },
  'paused in the middle': {
    states: 6_000,
    reached: ['request: resume', 'split: no call allowed any more, stop', 'sweep: resume slice by an old checkpoint'],
  },
  'a canary': {
    states: 5_000,
    reached: [
      'split: wait for the canary',
      'sweep: the canary passes',
      'split: canary passed without it, stop',
      "split: lease is another's",
    ],
  },
  'a canary and a crash': { states: 1_000, reached: ['crash: sweep before go on', 'sweep: resume slice'] },
});
