import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../deploy/processes.ts';

/** A folder outside the repository, in which the package is used as its users do. */
export interface Sandbox {
  readonly folder: string;
  readonly signal: AbortSignal;
  /**
   * Calls a command as at a terminal.
   * @param cwd a folder of the sandbox
   * @param env beside the sandbox's own
   * @returns all that it printed
   * @throws {Error} where it fails, with the end of that
   */
  call(cwd: string, command: readonly [file: string, ...args: string[]], env?: NodeJS.ProcessEnv): Promise<string>;
  /** Like `call`, for a command that has to fail with an exit code. */
  fails(cwd: string, command: readonly [file: string, ...args: string[]], code: number): Promise<string>;
}

/** Nothing that npm, or this repository's own bin folder, would lend to what is tried. */
function environment(): NodeJS.ProcessEnv {
  const lent =
    /^(npm_(lifecycle|package|node|config_local|config_prefix|execpath|command)|INIT_CWD|NODE_|AWS_|MICROPROCESS_)/;
  const own = Object.entries(process.env).filter(([name]) => !lent.test(name));
  const path = process.env.PATH?.split(delimiter).filter((folder) => !/node_modules[\\/]\.bin$/.test(folder));
  return { ...Object.fromEntries(own), PATH: path?.join(delimiter), npm_config_prefer_offline: 'true' };
}

export function sandboxIn(folder: string, signal: AbortSignal): Sandbox {
  let calls = 0;
  const attempt = async (cwd: string, [file, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv) => {
    const log = join(folder, `${++calls}.log`);
    const name = [file, ...args].join(' ');
    await run({ name, file, args, cwd: join(folder, cwd), env: { ...environment(), ...env }, log, signal });
    return readFileSync(log, 'utf8');
  };
  return {
    folder,
    signal,
    call: (cwd, command, env = {}) => attempt(cwd, command, env),
    async fails(cwd, command, code) {
      const error: unknown = await attempt(cwd, command, {}).catch((reason: unknown) => reason);
      if (error instanceof Error && error.message.includes(`ended with ${code}, not 0`)) return error.message;
      throw new Error(`${command.join(' ')} had to end with ${code}.`, { cause: error });
    },
  };
}

/** The one line of JSON among what a command printed. */
export function jsonIn(printed: string): unknown {
  const line = printed.split('\n').findLast((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`No JSON was printed: ${printed}`);
  return JSON.parse(line);
}
