/** Pieces of bytes as one; a single one as it is. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only, ...others] = pieces;
  if (only && others.length === 0) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
