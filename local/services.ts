import { join } from 'node:path';
import * as z from 'zod';
import { bundle } from '../shared/project/bundle.ts';
import { moduleIn, openProject } from '../shared/project/project.mjs';
import { type ServerProcess, startServerProcess } from './server-process.ts';

/** Live traffic's server, or the queue-dedicated clone: same code, another process and address. */
export type ServiceRole = 'live' | 'clone';

export interface ServiceOptions {
  /** A folder of services/ with a `server.ts`, or a `server.js`. */
  readonly service: string;
  readonly role: ServiceRole;
  readonly logDir: string;
  /** Folder of all services; the project's own by default. */
  readonly servicesDir?: string | undefined;
  /** Environment of its process, beside what says where to listen; this process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Starts one server of a microservice on a free port of 127.0.0.1: `services/<service>/server.ts` with PORT, HOST and
 * EXIT_WITH_PARENT=1 (end when stdin closes) in its environment and none of this host's AWS settings, since it knows nothing of
 * queues.
 * @throws {Error} where the service doesn't build, or doesn't listen.
 */
export async function startService(options: ServiceOptions): Promise<ServerProcess<string>> {
  const { service, role, logDir, servicesDir = openProject().services, env = process.env } = options;
  const folder = join(servicesDir, service);
  return startServerProcess({
    name: `service ${service} (${role})`,
    script: await bundle({ entry: moduleIn(folder, 'server') ?? join(folder, 'server.ts') }),
    env: { ...env, HOST: '127.0.0.1', PORT: '0', EXIT_WITH_PARENT: '1' },
    nodeFlags: ['--max-semi-space-size=2', '--heap-growing-percent=30'],
    listening: z.url(),
    logFile: join(logDir, `${service}-${role}.log`),
  });
}
