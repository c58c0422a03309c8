import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { logIds } from '../shared/lambda/log-ids.ts';
import type { Deps } from '../shared/ports/deps.ts';

type Fields = Record<string, unknown>;

/**
 * Logs as JSON lines in a file: the terminal is for progress. Metrics go nowhere: the run's own summary has the counts.
 * @param onError hears of each error-level line beside
 */
export function fileTelemetry(
  path: string,
  onError: (message: string, fields?: Fields) => void = () => undefined,
): Pick<Deps, 'log' | 'metrics'> & { close(): Promise<void> } {
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path, { flags: 'a' });
  const write = (level: string) => (message: string, fields?: Fields) => {
    file.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...logIds(), ...fields })}\n`);
  };
  const error = write('error');
  return {
    log: {
      info: write('info'),
      warn: write('warn'),
      error(message, fields) {
        error(message, fields);
        onError(message, fields);
      },
    },
    metrics: { count: () => undefined, flush: () => undefined },
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}
