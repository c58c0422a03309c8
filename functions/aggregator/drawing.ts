import { MicroprocessError } from '../../shared/domain/errors.ts';

/** A page or a mail can't be made of these sections, however often it is tried. */
export class DrawingError extends MicroprocessError {
  readonly code = 'not-drawn';
}

/**
 * Tells what fails in drawing from what fails in storing.
 * @throws {DrawingError}
 */
export async function drawing<T>(draws: () => T | Promise<T>): Promise<T> {
  try {
    return await draws();
  } catch (cause) {
    throw Object.assign(new DrawingError('It could not be drawn.'), { cause });
  }
}
