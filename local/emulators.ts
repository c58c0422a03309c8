import { devNull } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { type BundleOptions, bundle } from '../shared/project/bundle.ts';
import { IS_BUILT, ownModule, PACKAGE_DIR } from '../shared/project/project.mjs';
import { IN_USE } from './emulators/exit-codes.ts';
import { emulatorEnvironment } from './environment.ts';
import { StateBusyError } from './host-file.ts';
import { ServerEndedError, type ServerProcess, startServerProcess } from './server-process.ts';

const listening = z.object({ aws: z.url(), dynamodb: z.url(), ses: z.url(), eventbridge: z.url() });

/** Emulated AWS, in a process or on a thread of its own. */
export interface Emulators extends Pick<ServerProcess<unknown>, 'pid' | 'failure' | 'stop'> {
  /** Base URL of SQS and S3. */
  readonly awsUrl: string;
  /** Folder with a `.eml` and a `.json` file for each mail. */
  readonly mailDir: string;
  /** Environment that points the AWS SDKs here, and nowhere else; see {@link applyEnvironment}. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface EmulatorsOptions {
  /** Folder for tables, objects, mails and events, readable by a later start; one start at a time. */
  readonly stateDir: string;
  /** For a moment's look: on a thread of this process, and SQS and S3 start with their first request. */
  readonly toLook?: boolean;
}

/**
 * Their program. The package is published with it made already: fauxqs and what it needs ask for a newer Node than they do need here,
 * and an installer would say so.
 */
export const EMULATORS: BundleOptions = {
  entry: ownModule('local/emulators/main'),
  external: ['dynalite', 'level'], // Native; dynalite requires its parts by computed names.
  alias: {
    'node:sqlite': ownModule('local/emulators/sqlite-absent'),
    // Named by their files: fauxqs exports its server alone.
    'fauxqs-sqs-router': join(PACKAGE_DIR, 'node_modules/fauxqs/dist/sqs/sqsRouter.js'),
    'fauxqs-sqs-store': join(PACKAGE_DIR, 'node_modules/fauxqs/dist/sqs/sqsStore.js'),
  },
};

/**
 * Starts SQS, S3, DynamoDB, SES and EventBridge on free ports of 127.0.0.1.
 * @throws {StateBusyError} where another process has the state folder's database open
 * @throws {ServerEndedError} where they don't start
 */
export async function startEmulators({ stateDir, toLook = false }: EmulatorsOptions): Promise<Emulators> {
  const script = IS_BUILT ? EMULATORS.entry : await bundle(EMULATORS);
  const server = await startServerProcess({
    name: 'emulators',
    script,
    args: [stateDir, ...(toLook ? ['looking'] : [])],
    onThread: toLook,
    env: emulatorEnvironment(),
    nodeFlags: NODE_FLAGS,
    listening,
    logFile: join(stateDir, 'logs', 'emulators.log'),
  }).catch((error: unknown) => {
    throw error instanceof ServerEndedError && error.exitCode === IN_USE ? new StateBusyError(stateDir, null) : error;
  });
  const { aws } = server.listening;
  return {
    awsUrl: aws,
    mailDir: join(stateDir, 'mail'),
    environment: awsEnvironment(server.listening),
    pid: server.pid,
    failure: server.failure,
    stop: server.stop,
  };
}

/** A small young generation saves 40 MB for 5 % more CPU; the old one has room for a report or mail at its limit. */
const NODE_FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=30', '--max-old-space-size=256'];

function awsEnvironment({ aws, dynamodb, ses, eventbridge }: z.infer<typeof listening>): Emulators['environment'] {
  return {
    AWS_ENDPOINT_URL_SQS: aws,
    AWS_ENDPOINT_URL_S3: aws,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_ENDPOINT_URL_SESV2: ses,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventbridge,
    // Any service not emulated fails here instead of being called for real.
    AWS_ENDPOINT_URL: aws,
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Empty files: those in the user's home would be read otherwise, and say as much as variables can.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
  };
}
