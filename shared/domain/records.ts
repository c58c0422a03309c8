/** The same record with each value replaced. */
export function mapValues<K extends string, A, B>(
  record: Readonly<Record<K, A>>,
  make: (value: A, name: K) => B,
): Record<K, B> {
  const made: Partial<Record<K, B>> = {};
  for (const name in record) made[name] = make(record[name], name);
  return complete(made, record);
}

/** The same of a record in which names may be missing: they are missing in what is made too. */
export function mapPresent<K extends string, A, B>(
  record: { readonly [N in K]?: A | undefined },
  make: (value: A, name: K) => B,
): Partial<Record<K, B>> {
  const made: Partial<Record<K, B>> = {};
  for (const name in record) {
    const value = record[name];
    if (value !== undefined) made[name] = make(value, name);
  }
  return made;
}

/** A value for each name of a record, made each time it is asked for. */
export function lazyValues<K extends string, B>(
  names: Readonly<Record<K, unknown>>,
  make: (name: K) => B,
): Record<K, B> {
  const made: Partial<Record<K, B>> = {};
  for (const name in names) Object.defineProperty(made, name, { enumerable: true, get: () => make(name) });
  return complete(made, names);
}

function complete<K extends string, B>(made: Partial<Record<K, B>>, names: Readonly<Record<K, unknown>>): Record<K, B> {
  const isComplete = (record: Partial<Record<K, B>>): record is Record<K, B> =>
    Object.keys(names).every((name) => name in record);
  if (isComplete(made)) return made;
  throw new TypeError(`Each of ${Object.keys(names).join(', ')} needs a value.`);
}

/** Values by a key of each; keys in the order of their first values. */
export function groupedBy<K, V>(values: Iterable<V>, keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
