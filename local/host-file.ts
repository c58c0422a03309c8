import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { MicroprocessError } from '../shared/domain/errors.ts';

/** Where a host that runs can be reached, by other processes of the same user. */
const address = z.object({
  /** Points the AWS SDKs at its emulators; null: unset. */
  emulators: z.record(z.string(), z.string().nullable()),
  /** What its functions know of this machine: table, bucket, queues. */
  resources: z.record(z.string(), z.string()),
  admin: z.object({ url: z.url(), token: z.string() }),
});
export type HostAddress = z.infer<typeof address>;

const hostFile = z.object({
  pid: z.number(),
  /** `host`: runs a pipeline. `reader`: reads what is stored, for a moment. */
  kind: z.enum(['host', 'reader']),
  startedAt: z.number(),
  /** Null while it starts, and for a reader. */
  address: address.nullable(),
});
export type HostFile = z.infer<typeof hostFile>;

/** The state directory is in use: its database takes one process at a time. */
export class StateBusyError extends MicroprocessError {
  readonly code = 'state-busy';
  readonly holder: HostFile;

  constructor(stateDir: string, holder: HostFile) {
    super(
      `${stateDir} is in use by process ${holder.pid} since ${new Date(holder.startedAt).toISOString()}: one run at a time for each pipeline on a machine. ` +
        `Wait for its end, or follow it from here with "microprocess watch". (If that process is none of ours, delete ${path(stateDir)}.)`,
    );
    this.holder = holder;
  }
}

/** The right to use a state directory. */
export interface StateClaim {
  /** Tells others where this host is reached. */
  publish(address: HostAddress): Promise<void>;
  release(): Promise<void>;
}

const path = (stateDir: string) => join(stateDir, 'host.json');

/**
 * Takes a state directory for this process. LevelDB locks it too, but says so late and in its own words.
 * @throws {StateBusyError} while another process that lives has it
 */
export async function claimState(stateDir: string, kind: HostFile['kind']): Promise<StateClaim> {
  await mkdir(stateDir, { recursive: true });
  const mine: HostFile = { pid: process.pid, kind, startedAt: Date.now(), address: null };
  for (;;) {
    // A link appears with its content, or not at all: nobody ever reads half a file.
    const temporary = await written(stateDir, mine);
    try {
      await link(temporary, path(stateDir));
      break;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      const holder = await readHostFile(stateDir);
      if (holder) throw new StateBusyError(stateDir, holder);
      await rm(path(stateDir), { force: true });
    } finally {
      await rm(temporary, { force: true });
    }
  }
  return {
    async publish(published) {
      await rename(await written(stateDir, { ...mine, address: published }), path(stateDir));
    },
    release: () => rm(path(stateDir), { force: true }),
  };
}

/** Who has a state directory; null for nobody who lives. */
export async function readHostFile(stateDir: string): Promise<HostFile | null> {
  let text: string;
  try {
    text = await readFile(path(stateDir), 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
  const parsed = hostFile.safeParse(json(text));
  return parsed.success && lives(parsed.data) ? parsed.data : null;
}

async function written(stateDir: string, content: HostFile): Promise<string> {
  const temporary = join(stateDir, `host.${randomUUID()}.tmp`);
  // Its token lets anyone who can read it hold the pipeline's work back.
  await writeFile(temporary, JSON.stringify(content), { mode: 0o600 });
  return temporary;
}

/** Process ids are used again, most of all by the next boot. */
function lives({ pid, startedAt }: HostFile): boolean {
  if (startedAt < Date.now() - uptime() * 1_000) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
