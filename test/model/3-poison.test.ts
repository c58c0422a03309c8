import { holds } from './holds.ts';
import { SCENES } from './scenes-poison.ts';

const POISON = ['forward: poison', 'alone: poison', 'alone: record poison', 'time: mark expires'];

holds('L3 poison', SCENES, {
  'neighbour in the slot': { states: 30, reached: POISON },
  'neighbour in the slot, a crash': { states: 200, reached: POISON },
  'neighbour in the slot, a duplicate': { states: 1_500, reached: [...POISON, 'alone: marked by another, goes back'] },
  'neighbour in the slot, a store that fails': { states: 300, reached: [...POISON, 'forward: put back'] },
  'neighbour in the slot that fails': { states: 3_000, reached: [...POISON, 'alone: call fails'] },
  'neighbour in the batch': { states: 5_000, reached: [...POISON, 'deliver a batch'] },
  'alone, sent again': { states: 3_000, reached: [...POISON, 'sweep: send again'] },
  innocents: { states: 8_000, reached: ['crash: forward before call alone', 'time: mark expires'] },
});
