import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { constants } from 'node:os';

/** Groups of processes this test started and that may still run. */
const groups = new Set<number>();

export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where output goes; the end of it is shown when the command fails. */
  readonly log: string;
  readonly signal: AbortSignal;
}

/**
 * Starts a command as the leader of a process group of its own, so that it and all it starts can be ended together,
 * whatever they do about signals.
 */
export function start(command: Command): ChildProcess {
  command.signal.throwIfAborted();
  // It writes the log itself: once it has ended, all that it said is there.
  const log = openSync(command.log, 'a');
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    // The leader gone doesn't mean the group is: only endGroup forgets it.
    command.signal.addEventListener('abort', () => endGroup(pid), { once: true });
  }
  return child;
}

/**
 * Runs a command to its end.
 * @throws {Error} with the end of its output when it can't start or exits with another code than 0
 */
export async function run(command: Command): Promise<void> {
  const child = start(command);
  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  });
  if (child.pid !== undefined) endGroup(child.pid);
  command.signal.throwIfAborted();
  if (code !== 0)
    throw new Error(`${command.name} ended with ${code}, not 0. The end of ${command.log}:\n${tail(command.log)}`);
}

/** The last lines of a file; empty where there is none. */
export function tail(path: string, lines = 40): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}

/** Ends a process group at once. What it holds is thrown away with it. */
export function endGroup(leader: number): void {
  signalGroup(leader, 'SIGKILL');
  groups.delete(leader);
}

/** Ends every group that is left. Synchronous, so that it works while the process exits. */
export function endAllGroups(): void {
  for (const leader of [...groups]) endGroup(leader);
}

/** Whether any process of a group is alive. */
export function groupLives(leader: number): boolean {
  return signalGroup(leader, 0);
}

function signalGroup(leader: number, signal: keyof typeof constants.signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    // Nobody there.
    return false;
  }
}
