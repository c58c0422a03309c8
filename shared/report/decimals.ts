/** Digits that a number has at least, where it has so many. */
const DIGITS = 4;
/** So many decimals are written whatever stands before them. */
const FEW = 2;
/** Decimals that are told apart. */
const MOST = 9;
/** Decimals that a number may get more so that another one doesn't look the same. */
const MORE = 3;
/** Numbers of a column may be so many times as large as each other. */
const SPREAD = 1e6;

/** Whether a number is written with a power of ten: it is too large or small for anything else. */
export const isScientific = (value: number): boolean =>
  value !== 0 && (Math.abs(value) >= 1e15 || Math.abs(value) < 1e-4);

/**
 * Decimals for numbers that stand in one column: enough for four digits of each, and for two that differ not to look the same. Null where
 * their sizes differ too much to line up: then each is written for itself.
 */
export function decimalsFor(values: readonly number[]): number | null {
  const known = [...new Set(values.filter((value) => Number.isFinite(value)))];
  const sizes = known.filter((value) => value !== 0).map(Math.abs);
  const [least, most] = sizes.reduce(([low, high], size) => [Math.min(low, size), Math.max(high, size)], [Infinity, 0]);
  if (known.some(isScientific) || most > least * SPREAD) return null;
  const needed = known.reduce((max, value) => Math.max(max, decimalsOf(value)), 0);
  const areApart = (decimals: number) => new Set(known.map((value) => value.toFixed(decimals))).size === known.length;
  for (let decimals = needed; decimals <= Math.min(MOST, needed + MORE); decimals++)
    if (areApart(decimals)) return decimals;
  return needed;
}

/** Those that a number has where they are few, as a price's; otherwise as far as they are among its first four digits. */
function decimalsOf(value: number): number {
  if (Number.isInteger(value)) return 0;
  const most = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(Math.abs(value))));
  for (let decimals = 0; decimals < Math.max(most, FEW + 1); decimals++)
    if (Number(value.toFixed(decimals)) === value) return decimals;
  return most;
}

/** Decimals that these numbers need in a column if they have no more than `most`: those that end in zeros need fewer. */
export function decimalsWithin(values: readonly number[], most: number): number {
  const written = values.filter(Number.isFinite).map((value) => value.toFixed(most));
  return written.reduce((needed, text) => Math.max(needed, text.split('.')[1]?.replace(/0+$/, '').length ?? 0), 0);
}
