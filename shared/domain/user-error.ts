import { kindOf, placeOf } from './errors.ts';
import { beginning } from './text.ts';

/** So that the place behind it is seen on a line of a terminal too. */
const MAX_MESSAGE = 180;
const STACKS = 5;
const FRAME = /^ +at /;
/** Frames that tell the user nothing: Node's, and those of packages, of which this is one. */
const NOT_OF_USER = /node:|node_modules\//;
const isOfUser = (line: string) => FRAME.test(line) && !NOT_OF_USER.test(line);

/**
 * An error out of a user's code, as a field of a log. A log that is serialised, as the deployed ones are, gets its kind and the line it
 * comes from: its text may quote an item. Only the log and the terminal of the user's own machine show that too.
 */
export class UserError {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }

  toJSON(): string {
    return kindOf(this.error);
  }

  /**
   * The whole error: on the first line its message and place, then its stacks.
   * @param nameOf how a file is called that a stack names
   */
  whole(nameOf: (file: string) => string): string {
    try {
      return wholeOf(this.error, nameOf);
    } catch {
      // A getter of it throws, say.
      return kindOf(this.error);
    }
  }

  /**
   * The same for a terminal, where nothing is said twice: its message and place, the rest of a message of several lines, and where the
   * user's own error was thrown.
   */
  brief(nameOf: (file: string) => string): string {
    const [first = ''] = this.whole(nameOf).split('\n', 1);
    try {
      const { message, stack = '' } = innermost(this.error, STACKS) ?? { message: '' };
      const [line = '', ...more] = message.split('\n');
      const rest = line.length > MAX_MESSAGE ? [line, ...more] : more;
      return [first, ...rest, ...stack.split('\n').filter(isOfUser)].join('\n');
    } catch {
      return first;
    }
  }
}

/** The error that others were thrown because of. */
function innermost(error: unknown, most: number): Error | null {
  if (!(error instanceof Error)) return null;
  return (most > 1 ? innermost(error.cause, most - 1) : null) ?? error;
}

function wholeOf(error: unknown, nameOf: (file: string) => string): string {
  if (!(error instanceof Error)) return String(error);
  const place = placeOf(error);
  const [message = ''] = error.message.split('\n', 1);
  const at = place === null ? '' : ` at ${nameOf(place)}`;
  return `${error.name}: ${beginning(message, MAX_MESSAGE)}${at}\n${stacksOf(error, STACKS)}`;
}

/** An error's stack and those of its causes: a user's error may be its own. */
function stacksOf({ stack = '', cause }: Error, most: number): string {
  return cause instanceof Error && most > 1 ? `${stack}\n${stacksOf(cause, most - 1)}` : stack;
}
