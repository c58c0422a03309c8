import type { Json } from '../domain/json.ts';

/** What a source is asked with: the run's typed parameters and how many items are wanted at most. */
export interface SourceContext<P> {
  readonly params: P;
  /** First n items only; undefined means all. A run ends after exactly so many, whatever the source gives: this is to read less. */
  readonly limit: number | undefined;
}

/**
 * An item and the position behind it: reading again from `cursor` yields what follows. Both are JSON as they are: undefined, NaN or an
 * instance of a class is an error of the source, as it would reach the rest of the run as something else.
 */
export interface SourcedItem<I> {
  readonly item: I;
  readonly cursor: Json;
}

/**
 * Where a pipeline's items come from. `plan` cuts the source into at most 1,000 different ranges that are enumerated in parallel;
 * without it there is one. `read` yields a range's items in order, from behind `cursor` (null: from the start). `count` says how many items
 * the ranges of a plan hold, where that is known without reading them: a run of too many is then refused at its start.
 */
export interface Source<I, P = unknown> {
  plan?(context: SourceContext<P>): Promise<readonly Json[]>;
  count?(ranges: readonly Json[]): number;
  read(context: SourceContext<P> & { range: Json; cursor: Json }): AsyncIterable<SourcedItem<I>>;
}
