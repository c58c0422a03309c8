/**
 * All that turns rows into a report's lines and statistics: the definition, and the code under it. Never run as it is: the digest of
 * its bundle says which parts of a run were reduced alike (shared/project/reduce-digest.ts).
 */
export { default } from '#pipeline';
export { csvHeader } from '../../shared/storage/csv.ts';
export { RowReducer } from '../../shared/storage/row-reducer.ts';
