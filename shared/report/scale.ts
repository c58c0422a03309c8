/** Where a bar begins and how long it is, as shares (0 to 1) of its place. */
export interface Extent {
  readonly from: number;
  readonly length: number;
}

/** Bars from zero to their values, on a scale that holds zero and all values given. */
export function scaleOf(values: readonly number[]): (value: number) => Extent {
  // Divided first: the difference of two large numbers may overflow.
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const shares = values.map((value) => value / largest);
  const low = Math.min(0, ...shares);
  const span = Math.max(0, ...shares) - low || 1;
  return (value) => {
    const share = value / largest;
    return { from: (Math.min(0, share) - low) / span, length: Math.abs(share) / span };
  };
}
