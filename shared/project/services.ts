import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pipeline } from '../author/definition.ts';
import { DefinitionError } from '../domain/errors.ts';
import { foldersWith } from './project.mjs';

/**
 * Finds a pipeline's service before anything is built of it: a bundler's word would name a file and no pipeline.
 * @param services folder of all services
 * @param file what of it is needed: `server.ts` runs it on a machine, `lambda.ts` is what is deployed
 * @param otherwise what else would do than adding that file
 * @throws {DefinitionError} where it isn't there
 */
export function requireService(
  { name, endpoint: { service } }: Pipeline,
  services: string,
  file: 'server.ts' | 'lambda.ts',
  otherwise = '',
): string {
  const entry = join(services, service, file);
  if (existsSync(entry)) return entry;
  const known = foldersWith(services, file);
  const message =
    `must be a folder of services/ with a ${file}; there ${known.length === 1 ? 'is' : 'are'}: ${known.join(', ') || 'none'}. ` +
    `Add services/${service}/${file}, or name one of these${otherwise}.`;
  throw new DefinitionError(name, [{ path: 'endpoint.service', message, received: service }]);
}
