import { expect } from 'vitest';
import { faultAt } from '../../testing/fault-plans.ts';
import type { Fault } from '../../testing/faults.ts';
import { type SceneOptions, scene } from './scene.ts';
import type { AnyWorld } from './world.ts';

/** A fault that one call meets, and all others don't. */
export type SingleFault = Exclude<Fault, object>;

export interface EveryCall {
  /** 3: at each third call. */
  readonly step?: number;
  /** The first call that meets the fault, out of those of a clean run. */
  readonly from?: (calls: number) => number;
  /** What else holds at the end of each run, the clean one as well. */
  readonly also?: (world: AnyWorld) => Promise<void>;
}

/** Plays the scene once without a fault, then again for each port call of that run, with the fault at that call; gives how often. */
export async function faultAtEach(of: SceneOptions, fault: SingleFault, options: EveryCall = {}): Promise<number> {
  const { step = 1, from = () => 1, also = async () => {} } = options;
  const { world, problems } = await scene(of);
  expect(problems).toEqual([]);
  await also(world);
  const { calls } = world.faults;
  let runs = 0;
  for (let number = from(calls); number <= calls; number += step) {
    const { world: hit, problems } = await scene({ ...of, plan: faultAt(number, fault) });
    expect(problems, `${fault} at call ${number}`).toEqual([]);
    expect(hit.journal.faults).toEqual(new Map([[fault, 1]]));
    await also(hit);
    runs += 1;
  }
  return runs;
}
