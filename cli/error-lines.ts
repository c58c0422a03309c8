import { relative } from 'node:path';
import { beginning } from '../shared/domain/text.ts';
import { isDrawn, type Terminal } from './terminal.ts';
import { plain } from './text.ts';

const AT_MOST = 5;
const LONGEST = 300;

/**
 * Says what the functions of a run log as errors, on a line each: most often it's the user's own code, whose error nobody
 * else tells. Each error is said once, numbers aside, and the first few alone: the rest is in the log, which every line names.
 */
export function errorLines(
  stderr: Terminal['stderr'],
  log: string,
): (message: string, fields?: Record<string, unknown>) => void {
  const said = new Set<string>();
  return (message, { error, reason, detail } = {}) => {
    const why = [error, reason, detail].flatMap(firstLine);
    const what = [message.replace(/\.$/, ''), ...why].join(': ');
    // An error is one, whatever becomes of it: a message comes back, and in the end its slice is given up.
    const kind = (error === undefined ? what : why.join(': ')).replace(/\d+/g, '#');
    if (said.has(kind) || said.size === AT_MOST) return;
    said.add(kind);
    const line = `! ${beginning(plain(what), LONGEST)} (${relative(process.cwd(), log)})`;
    // In the place of the bar, which is drawn again below it.
    stderr.write(isDrawn(stderr) ? `\r\u001b[K${line}\n` : `${line}\n`);
  };
}

/** An error comes with its stack, which is for the log. */
function firstLine(value: unknown): string[] {
  return typeof value === 'string' && value !== '' ? [value.split('\n', 1)[0] ?? ''] : [];
}
