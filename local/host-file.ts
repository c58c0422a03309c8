import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { MicroprocessError } from '../shared/domain/errors.ts';
import { adminAddress, askAdmin } from './admin.ts';

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

/** The live process that has a state folder, and the pipelines that it works on: null where it doesn't answer for now. */
export type Holder = HostFile & { readonly pipelines: readonly string[] | null };

/** The state folder is in use: its database takes one process at a time. */
export class StateBusyError extends MicroprocessError {
  readonly code = 'state-busy';

  /** @param holder null where only the database's own lock says that there is one */
  constructor(stateDir: string, holder: Holder | null) {
    super(
      holder
        ? heldBy(stateDir, holder)
        : `Another process has the database in ${stateDir} open. Wait for its end and try again.`,
    );
  }
}

function heldBy(stateDir: string, { pid, startedAt, pipelines }: Holder): string {
  const why = pipelines
    ? "which doesn't let others join"
    : "which doesn't answer: a pipeline's own code may keep it busy";
  return (
    `${stateDir} is in use by process ${pid} since ${new Date(startedAt).toISOString()}, ${why}. ` +
    `Wait for its end and try again. (If that process is none of ours, delete ${hostPath(stateDir)}.)`
  );
}

/** Another process that starts, ends, or reads for a moment, is waited for this long. */
export const PATIENCE_MS = 20_000;
export const LOOK_AGAIN_MS = 100;

/** The file that says who has a state folder. */
export const hostPath = (stateDir: string) => join(stateDir, 'host.json');

/** The live process that holds a state folder, or null. */
export async function findHolder(stateDir: string): Promise<Holder | null> {
  return liveHolder(await readHostFile(hostPath(stateDir)));
}

/** The text at a path; null where there is none. */
export async function readHostFile(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** The process that a file's text speaks of, if it lives. */
export async function liveHolder(text: string | null): Promise<Holder | null> {
  const file = parseHostFile(text);
  const answer = file ? await askAdmin(file.admin) : 'gone';
  return file && answer !== 'gone' ? { ...file, pipelines: answer === 'silent' ? null : answer } : null;
}

/** Null for what says nothing: left by something else, or half written by a disk that was full. */
export function parseHostFile(text: string | null): HostFile | null {
  if (text === null) return null;
  try {
    return hostFile.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Writes a file beside the place that it is meant for, to be put there in one step; gives its path. */
export async function writeHostFile(place: string, file: HostFile): Promise<string> {
  const temporary = `${place}.${randomUUID()}.tmp`;
  // Its token lets anyone who can read it hold the pipelines' work back.
  await writeFile(temporary, JSON.stringify(file), { mode: 0o600 });
  return temporary;
}

/** Whether an error of the file system is of a kind, such as `ENOENT`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
