import { lstat, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';

/**
 * The real path that a folder has, or will have once it is made: a path relative to it means something else behind a link.
 * @param path absolute
 * @throws {UsageError} where a file or a link that leads nowhere is in the way
 */
export async function realFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return realpath(path);
  if (found) throw new UsageError(`${path} is a file, not a folder: name another folder.`);
  if (await lstat(path).catch(() => null))
    throw new UsageError(`${path} is a link that leads nowhere: name another folder.`);
  return join(await realFolder(dirname(path)), basename(path));
}
