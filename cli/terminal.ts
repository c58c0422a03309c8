/** What a command talks to; the process's own, or a test's. */
export interface Terminal {
  /** What `--items -` reads. */
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  /** Progress, hints and errors: a bar where it's a terminal. */
  readonly stderr: NodeJS.WritableStream & {
    readonly isTTY?: boolean;
    readonly writableLength?: number;
    /** Characters that a line of it holds, where it's a terminal. */
    readonly columns?: number;
  };
  /** Aborted by Ctrl-C: the command ends by itself. */
  readonly signal: AbortSignal;
}

/** Whether a stream is a terminal that draws: one that has no cursor to move, or whose user wants plain text, gets plain lines. */
export function isDrawn({ isTTY = false }: { readonly isTTY?: boolean }): boolean {
  return isTTY && process.env.TERM !== 'dumb' && !process.env.NO_COLOR;
}

/**
 * Writes a line, waiting while the reader is slower: a million lines never stand in memory.
 * @returns false where it could not be written, most often because nobody reads any more
 */
export function writeLine(stream: NodeJS.WritableStream, line: string): Promise<boolean> {
  return new Promise((resolve) => void stream.write(`${line}\n`, (error) => resolve(!error)));
}

/** Rejects at Ctrl-C, with its reason. */
export function aborted(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    const now = () => reject(signal.reason);
    if (signal.aborted) now();
    else signal.addEventListener('abort', now, { once: true });
  });
  // Most often nobody waits for it any more.
  rejected.catch(() => undefined);
  return rejected;
}
