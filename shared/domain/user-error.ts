import { kindOf, placeOf } from './errors.ts';
import { beginning } from './text.ts';

/** So that the place behind it is seen on a line of a terminal too. */
const MAX_MESSAGE = 180;
const STACKS = 5;

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
