// @ts-check
// Plain JavaScript: cli/bin.mjs needs it before anything is bundled.
import { randomUUID } from 'node:crypto';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';

/**
 * Says whether a bundle is what its sources would make: each file that it was made of, and each that was made, is as it was.
 * @param {string} record what {@link recordBundle} wrote
 * @returns {Promise<boolean>} false too where there is no record, or a file is gone: the build says what is wrong
 */
export async function isFresh(record) {
  try {
    /** @type {unknown} */
    const stamps = JSON.parse(await readFile(record, 'utf8'));
    if (typeof stamps !== 'object' || stamps === null) return false;
    const same = Object.entries(stamps).map(async ([path, mtimeMs]) => (await stat(path)).mtimeMs === mtimeMs);
    return (await Promise.all(same)).every(Boolean);
  } catch {
    return false;
  }
}

/**
 * Records of which files a bundle was made, and which were made of them.
 * @param {string} record
 * @param {readonly string[]} sources
 * @param {number} started when the first of them was read: one that changed since is taken for changed
 * @param {readonly string[]} made another process that makes the same from other sources changes them
 */
export async function recordBundle(record, sources, started, made) {
  /** @param {readonly string[]} paths @param {number} before */
  const stamps = (paths, before) =>
    Promise.all(
      paths.map(async (path) => {
        const { mtimeMs } = await stat(path);
        return /** @type {const} */ ([path, mtimeMs < before ? mtimeMs : -1]);
      }),
    );
  const all = [...(await stamps(sources, started)), ...(await stamps(made, Number.POSITIVE_INFINITY))];
  await replace(record, JSON.stringify(Object.fromEntries(all)));
}

/**
 * Writes a file in one step: another process may be starting from it.
 * @param {string} path
 * @param {string | Uint8Array} content
 */
export async function replace(path, content) {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}
