import { s3Files } from '../adapters/sources/s3-object.ts';
import { type SourcePlaces, sourceFiles } from '../adapters/sources/source-files.ts';
import type { OpenFiles } from './connect.ts';

/** Reads the files that stand beside a pipeline, in a folder that holds those of its source, and what runs are handed over. */
export const filesIn =
  (places: Pick<SourcePlaces, 'folder' | 'anyFile'>): OpenFiles =>
  (objects) =>
    sourceFiles({ ...places, objects });

/** {@link filesIn}, and objects and tables of the account. */
export const filesInAccount =
  (places: Pick<SourcePlaces, 'folder' | 'anyFile'>): OpenFiles =>
  (objects, s3) => ({ ...sourceFiles({ ...places, objects, account: () => s3Files(s3()) }), account: {} });
