import { docsPage } from '../../shared/project/docs.ts';

/** One thing looked at, and what to do about it. */
export interface Check {
  readonly name: string;
  readonly result: 'pass' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do next; absent where nothing is to be done. */
  readonly next?: string;
}

export const pass = (name: string, detail: string): Check => ({ name, result: 'pass', detail });
export const warn = (name: string, detail: string, next: string): Check => ({ name, result: 'warn', detail, next });
export const fail = (name: string, detail: string, next: string): Check => ({ name, result: 'fail', detail, next });

/** Runs a check; where it can't look, that is its result: one thing out of order must not hide the rest. */
export async function checked(name: string, check: () => Promise<Check | Check[]>): Promise<Check[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    const message = words(error);
    return /AccessDenied|not authorized|Forbidden|\b403\b/i.test(message)
      ? [
          warn(
            name,
            `may not look: ${message}`,
            `Ask for the right to read it (${docsPage('cli.md')}), or let somebody look who has it.`,
          ),
        ]
      : [fail(name, message, 'Look at what the message names, then run doctor again.')];
  }
}

/** fetch says why only in its cause. */
function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.name}: ${error.message}${error.cause === undefined ? '' : ` (${words(error.cause)})`}`;
}

/** Node's own version, which every other check needs. */
export function nodeVersion(version = process.versions.node): Check {
  const major = Number(version.split('.')[0]);
  return major >= 20
    ? pass('Node.js', version)
    : fail('Node.js', `${version}; allowed are 20 and newer`, 'Install Node.js 22 or 24.');
}
