import { createHash } from 'node:crypto';
import { link, mkdir, rename, rm } from 'node:fs/promises';
import { type Admin, startAdmin } from './admin.ts';
import {
  type EmulatorsEnvironment,
  type HostFile,
  hostPath,
  isCode,
  liveHolder,
  parseHostFile,
  readHostFile,
  StateBusyError,
  writeHostFile,
} from './host-file.ts';

/** The right to use a state folder. */
export interface StateClaim {
  /** Where this process answers others. */
  readonly admin: Admin;
  /** Tells others where the emulators are. */
  publish(emulators: EmulatorsEnvironment): Promise<void>;
  release(): Promise<void>;
}

/** How often a process looks whether its file is still there. */
const KEEP_EVERY_MS = 1_000;

/**
 * Takes a state folder for this process. The claim dies with it, however it ends: it holds while the process answers at the address
 * in the file. LevelDB locks the folder too, but says so late.
 * @throws {StateBusyError} while another process that lives has it
 */
export async function claimState(stateDir: string, kind: HostFile['kind']): Promise<StateClaim> {
  await mkdir(stateDir, { recursive: true });
  const place = hostPath(stateDir);
  const admin = await startAdmin();
  let mine: HostFile = { pid: process.pid, kind, startedAt: Date.now(), admin: admin.address, emulators: null };
  try {
    await take(stateDir, place, mine);
  } catch (error) {
    await admin.stop();
    throw error;
  }
  const stopKeeping = keep(place, () => mine);
  return {
    admin,
    async publish(emulators) {
      mine = { ...mine, emulators };
      await rename(await writeHostFile(place, mine), place);
    },
    async release() {
      await stopKeeping();
      if (parseHostFile(await readHostFile(place))?.admin.token === admin.address.token)
        await rm(place, { force: true });
      await admin.stop();
    },
  };
}

/**
 * Puts a claim at a place. What a dead process left there is replaced by whoever has a claim on that very text, which is taken in the
 * same way: so of many that find it dead one replaces it, none takes away what came after it, and one that dies meanwhile is replaced
 * as well.
 * @throws {StateBusyError} where that of a process that lives stands at the place
 */
async function take(stateDir: string, place: string, mine: HostFile): Promise<void> {
  while (!(await putIfAbsent(place, mine))) {
    const found = await readHostFile(place);
    if (found === null) continue;
    const holder = await liveHolder(found);
    if (holder) throw new StateBusyError(stateDir, holder);
    const turn = `${place}.${createHash('sha256').update(found).digest('hex').slice(0, 16)}`;
    await take(stateDir, turn, mine);
    try {
      if ((await readHostFile(place)) === found) return await rename(await writeHostFile(place, mine), place);
    } finally {
      await rm(turn, { force: true });
    }
  }
}

/** A link appears with its content, or not at all: nobody ever reads half a file. */
async function putIfAbsent(place: string, mine: HostFile): Promise<boolean> {
  const temporary = await writeHostFile(place, mine);
  try {
    await link(temporary, place);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Puts the file of a process that lives back where it is gone: one that can't reach it, as from another container, took it away, and
 * has found out by the database's lock. Gives the end of that.
 */
function keep(place: string, mine: () => HostFile): () => Promise<void> {
  const look = async () => {
    if ((await readHostFile(place)) === null) await putIfAbsent(place, mine());
  };
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    // What fails, as on a full disk, is tried again with the next look.
    looking = looking.then(look).catch(() => undefined);
  }, KEEP_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    return looking;
  };
}
