import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/** A file that lines are added to. */
export interface LogFile {
  write(line: string): void;
  close(): Promise<void>;
}

/**
 * Opens a log. A full disk, or a folder that is gone, costs lines and nothing else: the work goes on, and so does the log once it can be
 * written again.
 * @param lost the line that stands for so many that could not be written
 */
export function openLog(path: string, lost: (lines: number) => string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let missing = 0;
  let file: WriteStream | null = null;
  const opened = (): WriteStream => {
    const stream = createWriteStream(path, { flags: 'a' });
    // A stream that failed is of no use any more: the next line opens another.
    stream.on('error', () => {
      if (file === stream) file = null;
    });
    return stream;
  };
  const add = (line: string, lines: number) => {
    file ??= opened();
    file.write(`${line}\n`, (error) => {
      if (error) missing += lines;
    });
  };
  return {
    write(line) {
      const before = missing;
      missing = 0;
      if (before > 0) add(lost(before), before);
      add(line, 1);
    },
    close: () => new Promise((resolve) => (file ? file.end(() => resolve()) : resolve())),
  };
}
