import { holds } from './holds.ts';
import { SCENES } from './scenes-poison.ts';

const POISON = [
  'forward: poison',
  'suspect: mark the slot',
  'suspect: mark a child',
  'suspect: poison',
  'suspect: record poison',
  'time: mark expires',
];

holds('L3 poison', SCENES, {
  'neighbour in the slot': { states: 30, reached: POISON },
  'neighbour in the slot, a crash': { states: 200, reached: POISON },
  'neighbour in the slot, a duplicate': { states: 1_500, reached: [...POISON, 'time: hidden messages come back'] },
  'neighbour in the slot, a store that fails': { states: 300, reached: [...POISON, 'forward: put back'] },
  'neighbour in the slot that fails': { states: 3_000, reached: [...POISON, 'suspect: call fails'] },
  'neighbour in the batch': { states: 5_000, reached: [...POISON, 'deliver a batch'] },
  'alone, sent again': { states: 3_000, reached: [...POISON, 'sweep: send again'] },
  innocents: { states: 8_000, reached: ['crash: forward before call marked', 'time: mark expires'] },
  'two copies of a suspect in one batch': {
    states: 1_000,
    reached: ['deliver a batch', 'fail: forward before call marked', 'suspect: mark the slot'],
  },
});
