import { MicroprocessError } from './errors.ts';
import { READS, WRITES } from './format.ts';
import { type Held, isPacked } from './held.ts';

/**
 * Functions of one stack are replaced seconds apart, and a rollback goes the other way, so both directions meet: readers ignore what
 * they don't know, writers add optional fields alone. What can't be said in that way is another version, and a function that doesn't
 * read it leaves the message alone (docs/upgrading.md).
 */
const NEWEST = Math.max(...READS);

/** The first version with pointers into packs. */
const PACKS = 2 satisfies (typeof READS)[number];

/** The version of a page of outcomes, or of a part's index: the oldest that can say what these results are. */
export function versionOf(results: Iterable<{ readonly result: Held }>): (typeof READS)[number] {
  for (const { result } of results) if (isPacked(result)) return PACKS;
  return WRITES;
}

/** Something that a newer release wrote. This one must neither handle nor refuse nor delete it. */
export class NewerVersionError extends MicroprocessError {
  readonly code = 'newer-version';
  constructor(what: string) {
    super(`${what} was written by a newer release than this one: it is left to functions of that release.`);
  }
}

/**
 * A word of a closed list, such as a run's status. Another word is a newer release's.
 * @throws {NewerVersionError}
 */
export function knownWord<W extends string>(words: readonly W[], word: string, what: string): W {
  const known = words.find((each) => each === word);
  if (known === undefined) throw new NewerVersionError(`The ${what} "${word}"`);
  return known;
}

/** Whether a message, or anything else that carries its version as `v`, is of a newer release. */
export function isNewer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'v' in value && isNewerVersion(value.v);
}

/** @throws {NewerVersionError} for a version above all that this release reads */
export function checkVersion(version: unknown, what: string): void {
  if (isNewerVersion(version)) throw new NewerVersionError(`${what} of version ${String(version)}`);
}

const isNewerVersion = (version: unknown) =>
  typeof version === 'number' && Number.isInteger(version) && version > NEWEST;
