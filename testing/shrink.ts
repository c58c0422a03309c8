/** What is tried at most: a smaller case is a courtesy. */
const MOST_TRIES = 2_000;

/** The smallest parts, of what is left of these by leaving out some, that still hold for `fails`. */
export function shrink<T>(parts: readonly (readonly T[])[], fails: (parts: readonly (readonly T[])[]) => boolean) {
  let smallest = parts;
  let tries = 0;
  const next = () => {
    for (const smaller of smallerThan(smallest)) {
      if (++tries > MOST_TRIES) return null;
      if (fails(smaller)) return smaller;
    }
    return null;
  };
  for (let found = next(); found; found = next()) smallest = found;
  return smallest;
}

/** Without a part, then with two parts as one, then without some of all elements: first many, then each alone. */
function* smallerThan<T>(parts: readonly (readonly T[])[]): Generator<readonly (readonly T[])[]> {
  for (const i of parts.keys()) yield parts.filter((_, k) => k !== i);
  for (const i of parts.keys()) {
    const [one, other] = parts.slice(i, i + 2);
    if (one && other) yield [...parts.slice(0, i), [...one, ...other], ...parts.slice(i + 2)];
  }
  const count = parts.flat().length;
  for (let step = Math.ceil(count / 2); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 2)) {
    for (let from = 0; from < count; from += step) {
      let place = 0;
      yield parts.map((part) =>
        part.filter(() => {
          const at = place++;
          return at < from || at >= from + step;
        }),
      );
    }
  }
}
