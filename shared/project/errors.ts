import { MicroprocessError } from '../domain/errors.ts';

/** Something in a project's folder that its user has to put right; the message says what. */
export class ProjectError extends MicroprocessError {
  readonly code = 'bad-project';
}
