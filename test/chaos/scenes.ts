import type { Accumulator } from '../../shared/author/reduce.ts';
import { chaosPipeline } from './pipeline.ts';
import type { SceneOptions } from './scene.ts';

/** A run of three slices, one of them a block of two pages, and its redrive. */
export const WHOLE: SceneOptions = { slices: [3, 2, 2], isRedriven: true };

/** A run of which two children wait for their callbacks. */
export const CALLED_BACK: SceneOptions = { slices: [4], isRedriven: false, callsBack: true };

const { reduce } = chaosPipeline({});
const boom = () => {
  throw new RangeError('boom');
};
const throwing = (over: Partial<Accumulator>) => ({ ...reduce, start: () => Object.assign(reduce.start(), over) });

/** Runs whose reduce throws, by where it does. */
export const THROWING: readonly (readonly [string, SceneOptions])[] = (
  [
    ['merge', throwing({ merge: boom })],
    ['start', { ...reduce, start: boom }],
  ] as const
).map(([where, reduce]) => [where, { slices: [3, 2], isRedriven: false, reduce }]);
