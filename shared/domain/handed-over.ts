/** A file that was handed over to a stage: an object named by digest and length of its content, so that it can't change. */
const PLACE = /^given\/([A-Za-z0-9_-]{43})-(\d{1,15})\/[^/]{1,200}$/;

/** How the keys of all of them begin. */
export const HANDED_OVER = 'given/';

/** What a handed-over file's place says of its content. */
export interface HandedOver {
  readonly digest: string;
  readonly bytes: number;
}

/** The key that a handed-over file is stored under, which is its place too. */
export function handedOverKey({ digest, bytes }: HandedOver, name: string): string {
  return `${HANDED_OVER}${digest}-${bytes}/${name.replace(/[^A-Za-z0-9._-]/g, '_').slice(-100) || 'file'}`;
}

/** What a place says that a file was handed over to; null for any other place. */
export function readHandedOverKey(place: string): HandedOver | null {
  const [, digest, bytes] = PLACE.exec(place) ?? [];
  return digest === undefined ? null : { digest, bytes: Number(bytes) };
}

/** The file's name, as its place says it. */
const NAME = /[^/]+$/;

/** What standard input gave is kept in a file of its content's digest. */
const KEPT_INPUT = /\/[A-Za-z0-9_-]{43}\.jsonl$/;

/** The name of the file that keeps what standard input gave. */
export const keptInputName = (digest: string) => `${digest}.jsonl`;

/** What people call the file of a place: null for one that no start handed over. */
export function handedOverName(place: string): { readonly file: string } | 'standard input' | null {
  const isHere = place.startsWith('file:');
  if (!isHere && !readHandedOverKey(place)) return null;
  if (KEPT_INPUT.test(place)) return 'standard input';
  return { file: isHere ? decodeURIComponent(new URL(place).pathname) : (NAME.exec(place)?.[0] ?? place) };
}
