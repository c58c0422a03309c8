/** What rounding an estimate may add to its error. */
const ROUNDING_ERROR = 0.002_45;

/** What an estimate is within of the value that it stands for: a sketch's error, and that of rounding. */
export const ESTIMATE_ERROR = 0.005;

/** Decimals that are told apart; numbers with more are measured, not counted or priced. */
export const MOST_DECIMALS = 9;

/**
 * An estimate without digits that say nothing: it changes by less than a quarter of a per cent, or to the decimals that the values have.
 * @param decimals that the values have at most; undefined where that isn't known
 */
export function rounded(value: number, decimals?: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const unit = Math.floor(Math.log10(2 * ROUNDING_ERROR * Math.abs(value)));
  if (decimals !== undefined && -decimals > unit) return Number(value.toFixed(decimals));
  const digits = Math.floor(Math.log10(Math.abs(value))) - unit + 1;
  return Number(value.toPrecision(digits));
}

/** 0.30000000000000004 is 0.3, and 926.0499999999999 is 926.05: the last digits of a number that was computed are noise. */
export const trimmed = (value: number): number => Number(value.toPrecision(12));

/** How many decimals a finite number has; undefined for more than {@link MOST_DECIMALS}. */
export function decimalsOf(value: number): number | undefined {
  if (Number.isInteger(value)) return 0;
  for (let decimals = 1; decimals <= MOST_DECIMALS; decimals++)
    if (Number(value.toFixed(decimals)) === value) return decimals;
  return undefined;
}
