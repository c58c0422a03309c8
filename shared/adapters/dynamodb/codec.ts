import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { checkVersion } from '../../domain/versions.ts';

/**
 * JSON, compressed, as table items hold it. Deflate level 6: on pages of cities and answers it came within 2 % of Brotli's
 * size at two thirds of its time, and pages are what a run's write units are spent on.
 */
export function pack(value: unknown): Uint8Array {
  return deflateRawSync(JSON.stringify(value));
}

export function unpack(bytes: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(bytes).toString('utf8'));
}

/**
 * A page's list, which opens with its version.
 * @throws {NewerVersionError}
 */
export function unpackPage(bytes: Uint8Array): unknown {
  const stored = unpack(bytes);
  if (Array.isArray(stored)) checkVersion(stored[0], 'A page');
  return stored;
}
