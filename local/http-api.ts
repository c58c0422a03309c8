import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { apiApp } from '../functions/api/app.ts';
import { type Identify, SCOPES } from '../functions/api/callers.ts';
import { type Definitions, USES } from '../functions/api/deps.ts';
import { Problem } from '../functions/api/problems.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { callRecords } from '../shared/lambda/call-records.ts';
import { connectPlatform } from '../shared/lambda/connect.ts';
import { environmentOf, type Resources } from '../shared/lambda/resources.ts';
import type { Process } from '../shared/ports/deps.ts';
import { listenLocally } from './loopback.ts';

export interface HttpApiOptions {
  readonly definitions: Definitions;
  /** What functions of the platform know of this machine. */
  readonly resources: Resources;
  readonly telemetry: Pick<Process, 'log' | 'metrics'>;
  readonly stateDir: string;
  /** By default the one that it had before, where that is free. */
  readonly port?: number | undefined;
}

/** The HTTP API, as this machine serves it. */
export interface ServedApi {
  readonly url: string;
  /** The file that holds the token which each request brings. */
  readonly tokenFile: string;
  stop(): Promise<void>;
}

/** One caller has this machine, and may ask as fast as it answers. */
const RATE = { perSecond: 10_000, burst: 10_000 };

/**
 * Serves the HTTP API on 127.0.0.1. A web page can send requests to this machine too: whoever can read the state folder has the token, and
 * nobody else is let in.
 */
export async function serveHttpApi(options: HttpApiOptions): Promise<ServedApi> {
  const { definitions, resources, telemetry, stateDir, port } = options;
  const tokenFile = join(stateDir, 'api-token');
  const token = await keptToken(tokenFile);
  const env = { ...environmentOf(USES, resources), AWS_REGION: LOCAL_REGION };
  const app = apiApp(connectPlatform(USES, env, { telemetry, calls: callRecords }), {
    definitions,
    identify: bearerOf(token),
    rate: RATE,
  });
  const server = createServer(getRequestListener(app.fetch));
  const portFile = join(stateDir, 'api-port');
  const before = Number(await readFile(portFile, 'utf8').catch(() => '0'));
  const listening =
    port === undefined
      ? await listenLocally(server, before).catch(() => listenLocally(server))
      : await listenLocally(server, port);
  await writeFile(portFile, new URL(listening.url).port);
  return { url: listening.url, tokenFile, stop: listening.stop };
}

/** The token of an earlier start, so that whoever was told it goes on. */
async function keptToken(file: string): Promise<string> {
  try {
    await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}

/** Lets in the token alone, in a time that says nothing of where another one differs. */
function bearerOf(token: string): Identify {
  const expected = Buffer.from(`Bearer ${token}`);
  return async (c) => {
    const given = Buffer.from(c.req.header('authorization') ?? '');
    if (given.length === expected.length && timingSafeEqual(given, expected))
      return { id: 'local', name: 'local', scopes: new Set(SCOPES) };
    throw new Problem('unauthorized', undefined, { 'www-authenticate': 'Bearer' });
  };
}
