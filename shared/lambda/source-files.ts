import { type SourcePlaces, sourceFiles } from '../adapters/sources/source-files.ts';
import type { OpenFiles } from './connect.ts';

/** Reads the files that stand beside a pipeline, in a folder that holds those of its source, and what runs are handed over. */
export const filesIn =
  (places: Omit<SourcePlaces, 'objects'>): OpenFiles =>
  (objects) =>
    sourceFiles({ ...places, objects });
