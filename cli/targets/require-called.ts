import { secretVariable } from '../../shared/adapters/endpoints/secrets.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { secretsOf } from '../../shared/author/endpoint.ts';
import { DefinitionError } from '../../shared/domain/errors.ts';
import { openProject } from '../../shared/project/project.mjs';
import { requireService } from '../../shared/project/services.ts';
import { ENV_FILE } from '../env-file.ts';

/**
 * Looks for what a pipeline calls before anything is started for it.
 * @param otherwise what else would do than adding a service
 * @throws {DefinitionError} where there is nothing on this machine
 */
export function requireCalled(pipeline: Pipeline, otherwise?: string): void {
  const { service, name } = pipeline.endpoint;
  if (service !== undefined) requireService(pipeline, openProject().services, 'server', otherwise);
  if (name === undefined) return;
  const message = 'is bound to an address by the CDK app; on this machine say what to call: --endpoint <url>';
  throw new DefinitionError(pipeline.name, [{ path: 'endpoint.name', message, received: name }]);
}

/** @throws {DefinitionError} naming a secret that calls or the source need and nobody told this process */
export function requireSecrets(pipeline: Pipeline): void {
  const needed = [
    ...secretsOf(pipeline.endpoint).map((secret) => ({ of: 'endpoint', secret })),
    ...(pipeline.source.needs?.secrets ?? []).map((secret) => ({ of: 'source', secret })),
  ];
  for (const { of, secret } of needed) {
    const variable = secretVariable(secret);
    if (process.env[variable]) continue;
    const message = `is in no variable here; set ${variable}, or write it to ${ENV_FILE} in the project's folder`;
    throw new DefinitionError(pipeline.name, [{ path: `${of}: the secret`, message, received: secret }]);
  }
}
