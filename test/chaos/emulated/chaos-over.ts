import { type ChaosResult, chaosRun } from '../chaos.ts';
import type { SceneOptions } from '../scene.ts';
import type { EmulatedWorlds } from './emulated-worlds.ts';

/** All that the wire may do, in the order of the alphabet. */
export const WIRE_FAULTS = ['duplicates', 'late', 'lostAnswers', 'refused'];

/** A run of two hundred children under chaos, that of the wire as well. */
export function chaosOver(worlds: EmulatedWorlds, seed: number): Promise<ChaosResult> {
  return chaosRun(seed, 200, (options) => worlds.world(options, { refused: 0.05, late: 0.1, lostAnswers: 0.03 }));
}

/** A run that redelivery alone must mend. */
export const THREE_CHILDREN: SceneOptions = { slices: [3], isRedriven: false, isSwept: false };
