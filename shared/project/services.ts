import { join } from 'node:path';
import type { Pipeline } from '../author/definition.ts';
import { DefinitionError } from '../domain/errors.ts';
import { foldersWith, moduleIn } from './project.mjs';

/**
 * Finds a pipeline's service before anything is built of it: a bundler's word would name a file and no pipeline.
 * @param services folder of all services
 * @param module what of it is needed, in TypeScript or JavaScript: `server` runs it on a machine, `lambda` is what is deployed
 * @param otherwise what else would do than adding that file
 * @throws {DefinitionError} where it isn't there
 */
export function requireService(
  { name, endpoint: { service = '' } }: Pipeline,
  services: string,
  module: 'server' | 'lambda',
  otherwise = '',
): string {
  const entry = moduleIn(join(services, service), module);
  if (entry !== undefined) return entry;
  const known = foldersWith(services, module);
  const message =
    `must be a folder of services/ with a ${module}.ts; there ${known.length === 1 ? 'is' : 'are'}: ${known.join(', ') || 'none'}. ` +
    `Add services/${service}/${module}.ts, or name one of these${otherwise}.`;
  throw new DefinitionError(name, [{ path: 'endpoint.service', message, received: service }]);
}
