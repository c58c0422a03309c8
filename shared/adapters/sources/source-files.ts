import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceFiles } from '../../author/source.ts';
import { isObject } from '../../author/sources/place.ts';
import { SourceDataError, show } from '../../domain/errors.ts';
import { readHandedOverKey } from '../../domain/handed-over.ts';
import type { ObjectReader } from '../../ports/objects.ts';
import { lookAtGiven, readGiven } from './handed-over.ts';
import { byContent, byTime, lookAtFile, readFile } from './local-file.ts';

/** Where the files of a pipeline's source are. */
export interface SourcePlaces {
  /** What stands beside the pipeline, here. */
  readonly folder: string;
  /** Whether a run may be handed any file of this machine: never where somebody else starts it. */
  readonly anyFile?: boolean;
  /** The pipeline's own, which hold what was handed over to a stage. */
  readonly objects: () => ObjectReader;
  /** Objects of the user's buckets; absent where a client would reach emulators. */
  readonly account?: (() => SourceFiles) | undefined;
}

const isGiven = (place: string) => readHandedOverKey(place) !== null;

/** Reads what a source declares, and what a run was handed over. */
export function sourceFiles({ folder, anyFile = false, objects, account }: SourcePlaces): SourceFiles {
  const handedOver = (place: string) => {
    if (anyFile) return fileURLToPath(place);
    throw new SourceDataError('A file of another machine was handed over; give it to the command line with --file.');
  };
  const ofAccount = (place: string) => {
    if (account) return account();
    throw new SourceDataError(
      `${show(place)} is read on this machine only with --aws, by your own credentials; or hand over a copy with --file, or items with --items.`,
    );
  };
  const at = (place: string) =>
    place.startsWith('file:')
      ? { path: handedOver(place), versionOf: byTime }
      : { path: resolve(folder, place), versionOf: byContent };
  return {
    async look(place) {
      if (isGiven(place)) return lookAtGiven(objects(), place);
      if (isObject(place)) return ofAccount(place).look(place);
      const { path, versionOf } = at(place);
      return lookAtFile(path, place, versionOf);
    },
    read(file, from, to) {
      if (isGiven(file.place)) return readGiven(objects(), file, from, to);
      if (isObject(file.place)) return ofAccount(file.place).read(file, from, to);
      const { path, versionOf } = at(file.place);
      return readFile(path, file, { from, to }, versionOf);
    },
    async *list(prefix, after) {
      yield* ofAccount(prefix).list?.(prefix, after) ?? [];
    },
  };
}
