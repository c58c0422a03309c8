import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { execute } from '../../cli/program.ts';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';

/** A stream that keeps what is written to it, and emits `said` then. */
export class Captured extends Writable {
  readonly isTTY: boolean;
  readonly columns: number;
  text = '';

  constructor(isTTY = false, columns = 80) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
  }

  override _write(chunk: unknown, _: string, done: () => void): void {
    this.text += String(chunk);
    this.emit('said');
    done();
  }
}

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export function microprocess(...args: readonly string[]): Promise<Said> {
  return microprocessOn('', ...args);
}

/** {@link microprocess}, with this text on its standard input. */
export async function microprocessOn(input: string, ...args: readonly string[]): Promise<Said> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const code = await execute(args, {
    stdin: Readable.from([Buffer.from(input)]),
    stdout,
    stderr,
    signal: new AbortController().signal,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** Sets environment variables, undefined for none; gives the way back. */
export function withEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const set = (all: Readonly<Record<string, string | undefined>>) => {
    for (const [name, value] of Object.entries(all)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  set(values);
  return () => set(before);
}

/** The command line is called in the fixtures' project until it's closed, with a folder of its own for state and results. */
export async function temporaryHome(): Promise<{ readonly home: string; close(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'microprocess-cli-'));
  const restore = withEnvironment({
    MICROPROCESS_HOME: home,
    MICROPROCESS_STAGE: undefined,
    MICROPROCESS_PIPELINE: 'scores',
  });
  const folder = process.cwd();
  process.chdir(FIXTURE_PROJECT);
  return {
    home,
    async close() {
      process.chdir(folder);
      restore();
      await rm(home, { recursive: true, force: true });
    },
  };
}
