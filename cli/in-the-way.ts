import { lstatSync, readlinkSync, statSync } from 'node:fs';

/** Says what stands in place of the first folder or file that can't be used as such; undefined where all can, or aren't there yet. */
export function inTheWay(places: readonly (readonly [path: string, belongs: 'folder' | 'file'])[]): string | undefined {
  for (const [path, belongs] of places) {
    const is = mistaken(path, belongs);
    if (is !== undefined) return `${path} is ${is}: a ${belongs} belongs here`;
  }
  return undefined;
}

function mistaken(path: string, belongs: 'folder' | 'file'): string | undefined {
  if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return `a link to ${readlinkSync(path)}, which isn't there`;
  if (belongs === 'file') return found.isDirectory() ? 'a folder' : undefined;
  if (found.isDirectory()) return undefined;
  return found.isFile() ? 'a file' : 'no folder';
}
