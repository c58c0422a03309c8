import * as z from 'zod';
import type { Json } from '../domain/json.ts';

/** How a plan's ranges stand in a run's stored plan as one, which no range of a source's own is taken for. */
const oneRange = z.strictObject({ $ranges: z.array(z.json()) });

/**
 * A plan whose ranges are enumerated one after the other, as one slice. A run with a limit has such a one: of slices enumerated side by
 * side each would end at the limit by itself, and the run would have that many children for each.
 */
export function asOneRange(ranges: readonly Json[]): readonly Json[] {
  return ranges.length > 1 ? [{ $ranges: [...ranges] }] : ranges;
}

/** The ranges that a stored one stands for; null for a range of the source's own. */
export function rangesIn(stored: Json): readonly Json[] | null {
  return oneRange.safeParse(stored).data?.$ranges ?? null;
}
