import { holds } from './holds.ts';
import { SCENES } from './scenes-redrive.ts';

holds('L7 redrive', SCENES, {
  'two of four rows failed': {
    states: 2_000,
    reached: ['finish: succeeded', 'finish: succeeded-with-failures', 'finish: failed'],
  },
  'asked for twice': { states: 5_000, reached: ['start: RUN is there', 'start: adopt plan'] },
});
