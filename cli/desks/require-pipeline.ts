import { InputError, show } from '../../shared/domain/errors.ts';
import { pipelineNames } from '../pipelines.ts';

/** @throws {InputError} where the project has no pipeline of that name: an address may name any */
export function requirePipeline(name: string): void {
  const names = pipelineNames();
  if (!names.includes(name))
    throw new InputError(`There is no pipeline ${show(name)}. Pipelines here: ${names.join(', ') || '(none)'}.`);
}
