import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { MicroprocessError } from '../shared/domain/errors.ts';
import { type Admin, adminAddress, askAdmin, startAdmin } from './admin.ts';

/** Environment that points the AWS SDKs at a host's emulators; null: unset. */
const emulatorsEnvironment = z.record(z.string(), z.string().nullable());
export type EmulatorsEnvironment = z.infer<typeof emulatorsEnvironment>;

const hostFile = z.object({
  /** For messages: whether that process lives is asked at its address. */
  pid: z.number(),
  /** `host`: runs pipelines. `reader`: reads what is stored, for a moment. */
  kind: z.enum(['host', 'reader']),
  startedAt: z.number(),
  admin: adminAddress,
  /** Null while it starts, and for a reader. */
  emulators: emulatorsEnvironment.nullable(),
});
export type HostFile = z.infer<typeof hostFile>;

/** The live process that has a state folder, and the pipelines that it works on. */
export type Holder = HostFile & { readonly pipelines: readonly string[] };

/** The state folder is in use: its database takes one process at a time. */
export class StateBusyError extends MicroprocessError {
  readonly code = 'state-busy';
  readonly holder: HostFile;

  constructor(stateDir: string, holder: HostFile) {
    super(
      `${stateDir} is in use by process ${holder.pid} since ${new Date(holder.startedAt).toISOString()}, which doesn't let others join. ` +
        `Wait for its end and try again. (If that process is none of ours, delete ${path(stateDir)}.)`,
    );
    this.holder = holder;
  }
}

/** The right to use a state folder. */
export interface StateClaim {
  /** Where this process answers others. */
  readonly admin: Admin;
  /** Tells others where the emulators are. */
  publish(emulators: EmulatorsEnvironment): Promise<void>;
  release(): Promise<void>;
}

/** Another process that starts, ends, or reads for a moment, is waited for this long. */
export const PATIENCE_MS = 20_000;
export const LOOK_AGAIN_MS = 100;

const path = (stateDir: string) => join(stateDir, 'host.json');

/**
 * Takes a state folder for this process. The claim dies with it, however it ends: it holds while the process answers at the address
 * in the file. LevelDB locks the folder too, but says so late and in its own words.
 * @throws {StateBusyError} while another process that lives has it
 */
export async function claimState(stateDir: string, kind: HostFile['kind']): Promise<StateClaim> {
  await mkdir(stateDir, { recursive: true });
  const admin = await startAdmin();
  const mine: HostFile = { pid: process.pid, kind, startedAt: Date.now(), admin: admin.address, emulators: null };
  try {
    await put(stateDir, mine);
  } catch (error) {
    await admin.stop();
    throw error;
  }
  return {
    admin,
    async publish(emulators) {
      await rename(await written(stateDir, { ...mine, emulators }), path(stateDir));
    },
    async release() {
      if (parsed(await content(stateDir))?.admin.token === mine.admin.token) await rm(path(stateDir), { force: true });
      await admin.stop();
    },
  };
}

/** The live process that holds a state folder, or null. */
export async function findHolder(stateDir: string): Promise<Holder | null> {
  return liveHolder(await content(stateDir));
}

/** Puts the file in place. @throws {StateBusyError} where that of a process that lives stands there */
async function put(stateDir: string, mine: HostFile): Promise<void> {
  for (;;) {
    // A link appears with its content, or not at all: nobody ever reads half a file.
    const temporary = await written(stateDir, mine);
    try {
      return await link(temporary, path(stateDir));
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
      const found = await content(stateDir);
      const holder = await liveHolder(found);
      if (holder) throw new StateBusyError(stateDir, holder);
      if (found !== null) await clear(stateDir, found);
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** Takes away what a dead process left, and nothing else: another may have taken the folder since that was read. */
async function clear(stateDir: string, dead: string): Promise<void> {
  const taken = join(stateDir, `host.${randomUUID()}.tmp`);
  try {
    await rename(path(stateDir), taken);
    if ((await readFile(taken, 'utf8')) !== dead) await link(taken, path(stateDir));
  } catch (error) {
    if (!isCode(error, 'ENOENT') && !isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(taken, { force: true });
  }
}

async function content(stateDir: string): Promise<string | null> {
  try {
    return await readFile(path(stateDir), 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

async function liveHolder(text: string | null): Promise<Holder | null> {
  const file = parsed(text);
  const pipelines = file && (await askAdmin(file.admin));
  return pipelines ? { ...file, pipelines } : null;
}

async function written(stateDir: string, file: HostFile): Promise<string> {
  const temporary = join(stateDir, `host.${randomUUID()}.tmp`);
  // Its token lets anyone who can read it hold the pipelines' work back.
  await writeFile(temporary, JSON.stringify(file), { mode: 0o600 });
  return temporary;
}

function parsed(text: string | null): HostFile | null {
  if (text === null) return null;
  try {
    return hostFile.parse(JSON.parse(text));
  } catch {
    return null; // Left by something else, or half written by a disk that was full.
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
