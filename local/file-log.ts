import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Deps } from '../shared/flow/deps.ts';

/** Logs as JSON lines in a file: the terminal is for progress. Metrics go nowhere: the run's own summary has the counts. */
export function fileTelemetry(path: string): Pick<Deps, 'log' | 'metrics'> & { close(): Promise<void> } {
  mkdirSync(dirname(path), { recursive: true });
  const file = createWriteStream(path, { flags: 'a' });
  const write = (level: string) => (message: string, fields?: Record<string, unknown>) => {
    file.write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`);
  };
  return {
    log: { begin: () => undefined, info: write('info'), warn: write('warn'), error: write('error') },
    metrics: { count: () => undefined, flush: () => undefined },
    close: () => new Promise((resolve) => file.end(() => resolve())),
  };
}
