/** What a stage may be called: its name stands in those of queues, of parameters and of this repository's own stack. */
export const STAGE = /^[A-Za-z0-9-]{1,18}$/;

/** What most names are: words in small letters, hyphens between them, digits only behind a letter or in the first word. */
const ORDINARY = /^[a-z0-9]+(-[a-z][a-z0-9]*)*$/;

const ESCAPES: Readonly<Record<string, string>> = { '-': 'ZD', _: 'ZU', Z: 'ZZ' };

/**
 * A pipeline's or service's name as CloudFormation takes it, in letters and digits alone; no two names give the same.
 * Ordinary names stay readable (`credit-scores` → `CreditScores`, where a capital begins each word). Any other keeps its
 * characters, with what isn't allowed escaped, behind a small letter, which no ordinary one begins with: `_nightly` → `nZUnightly`.
 */
export function logicalId(name: string): string {
  if (ORDINARY.test(name)) return pascalCase(name);
  return `n${name.replace(/[-_Z]/g, (character) => ESCAPES[character] ?? character)}`;
}

/** `dead-letter` → `DeadLetter`: for names of our own. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|[_-]+)([A-Za-z0-9]?)/g, (_, first: string) => first.toUpperCase());
}
