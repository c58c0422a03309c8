import { existsSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startEmulators } from '../../local/emulators.ts';
import { findHolder } from '../../local/host-file.ts';
import { startService } from '../../local/services.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { endpointWords } from '../../shared/author/endpoint.ts';
import { openProject } from '../../shared/project/project.mjs';
import { stateDir, unwritableHome } from '../home.ts';
import { count, duration, time } from '../text.ts';
import { type Check, checked, nodeVersion, pass, warn } from './check.ts';
import { cloneCheck } from './clone.ts';

/** A full run of the bundled pipeline takes less; a machine that swaps doesn't hold its speed. */
const MEMORY_BYTES = 600 * 1_048_576;
const DISK_BYTES = 1_024 * 1_048_576;

/** What a run on this machine needs. */
export async function localChecks(pipeline: Pipeline): Promise<Check[]> {
  const folder = await mkdtemp(join(tmpdir(), 'microprocess-doctor-'));
  try {
    const groups = [
      await checked('definition', async () => pass('definition', `pipelines/${pipeline.name} is valid`)),
      await checked('state', state),
      await checked('memory', async () => memory()),
      await checked('emulators', async () => {
        const from = performance.now();
        const emulators = await startEmulators({ stateDir: folder });
        await emulators.stop();
        return pass('emulators', `SQS, S3, DynamoDB and SES listen on 127.0.0.1 within ${took(from)}`);
      }),
      await checked('service', async () => {
        const from = performance.now();
        const { service, url } = pipeline.endpoint;
        if (url !== undefined) return cloneCheck({ endpoint: url, endpointAuth: 'NONE' });
        if (service === undefined)
          return pass(
            'service',
            `${endpointWords(pipeline.endpoint)} is bound by the CDK app; here by --endpoint <url>`,
          );
        const started = await startService({ service, role: 'clone', logDir: folder });
        await started.stop();
        return pass('service', `services/${service} builds and listens within ${took(from)}`);
      }),
    ];
    return [nodeVersion(), ...groups.flat()];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function state(): Promise<Check> {
  const folder = stateDir();
  const holder = await findHolder(folder);
  if (holder) return pass('state', `${folder}, in use by process ${holder.pid} since ${time(holder.startedAt)} UTC`);
  const { home, unwritable } = openProject();
  if (unwritable !== null) {
    return warn('state', unwritableHome(unwritable, home), 'Point MICROPROCESS_HOME at a folder that you may write.');
  }
  const { bavail, bsize } = await statfs(nearest(home));
  const free = `${count(Math.round((bavail * bsize) / 1_048_576))} MB free`;
  return bavail * bsize >= DISK_BYTES
    ? pass('state', `${folder}, ${free}`)
    : warn('state', `${folder}, ${free}`, 'Free some space, or point MICROPROCESS_HOME at another disk.');
}

/** The folder, or the nearest one above it that is there. */
function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder));
}

function memory(): Check {
  const free = `${count(Math.round(freemem() / 1_048_576))} MB free`;
  return freemem() >= MEMORY_BYTES
    ? pass('memory', free)
    : warn(
        'memory',
        `${free}; a run needs up to 600 MB over all its processes`,
        'Close something, or expect swapping.',
      );
}

const took = (from: number) => duration(performance.now() - from);
