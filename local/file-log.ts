import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mapValues } from '../shared/domain/records.ts';
import { UserError } from '../shared/domain/user-error.ts';
import { logIds } from '../shared/lambda/log-ids.ts';
import type { Deps } from '../shared/ports/deps.ts';
import { openLog } from './log-file.ts';

type Fields = Record<string, unknown>;

type Telemetry = Pick<Deps, 'log' | 'metrics'>;

/** A file of log lines. */
export interface FileLog extends Telemetry {
  /** Logs to the same file; `onError` hears of each error-level line beside. */
  heardBy(onError: (message: string, fields?: Fields) => void): Telemetry;
  close(): Promise<void>;
}

/** Logs as JSON lines in a file: the terminal is for progress. Metrics go nowhere: the run's own summary has the counts. */
export function fileLog(path: string): FileLog {
  const line = (level: string, message: string, fields?: Fields) =>
    JSON.stringify({ at: new Date().toISOString(), level, message, ...fields });
  const file = openLog(path, (lines) => line('warn', 'Lines could not be written to this log.', { lines }));
  const write = (level: string) => (message: string, fields?: Fields) =>
    file.write(line(level, message, { ...logIds(), ...(fields && inFull(fields)) }));
  const log = { info: write('info'), warn: write('warn'), error: write('error') };
  const metrics = { count: () => undefined, observe: () => undefined, flush: () => undefined };
  return {
    log,
    metrics,
    heardBy(onError) {
      const error: typeof log.error = (message, fields) => {
        log.error(message, fields);
        onError(message, fields && inFull(fields));
      };
      return { log: { ...log, error }, metrics };
    },
    close: file.close,
  };
}

/** With what is only said on the user's own machine: the text of errors out of the user's code. */
function inFull(fields: Fields): Fields {
  return mapValues(fields, (value) => (value instanceof UserError ? value.whole(nearName) : value));
}

/** A stack's file, line and column, as seen from the working directory where it is below that. */
function nearName(file: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
