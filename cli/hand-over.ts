import { stat } from 'node:fs/promises';
import { UsageError } from './errors.ts';
import type { Target } from './targets/target.ts';

/**
 * Brings a file to where a run's source will read it.
 * @returns its place, as a start's request says it; nothing where no file was named
 * @throws {UsageError} where there is no such file
 */
export async function handOver(
  { handOver }: Pick<Target, 'handOver'>,
  file: string | undefined,
): Promise<{ readonly file?: string }> {
  if (file === undefined) return {};
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) throw new UsageError(`--file: there is no file ${JSON.stringify(file)}.`);
  return { file: await handOver(file) };
}
