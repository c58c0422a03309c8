import { HostGoneError } from '../../local/join.ts';
import { isGone } from '../errors.ts';
import { stageOf, type Where } from './target.ts';

/**
 * Acts on this machine, once more where the process that was reached ends meanwhile: then what it left is read from the disk.
 * @param act may be repeated
 */
export async function onceMoreIfGone<T>(where: Where, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (stageOf(where) !== undefined || !(isGone(error) || error instanceof HostGoneError)) throw error;
    return act();
  }
}
