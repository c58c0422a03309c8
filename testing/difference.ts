/** Where two JSON values differ first; null where they are equal, numbers within a relative tolerance. */
export function difference(
  expected: unknown,
  actual: unknown,
  tolerance: number,
  path = '',
): { readonly path: string } | null {
  if (typeof expected === 'number' && typeof actual === 'number') {
    const most = tolerance * Math.max(Math.abs(expected), Math.abs(actual));
    if (expected === actual || Math.abs(expected - actual) <= most) return null;
  } else if (isObject(expected) && isObject(actual) && Array.isArray(expected) === Array.isArray(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const at = path === '' ? key : `${path}.${key}`;
      const found = difference(Reflect.get(expected, key), Reflect.get(actual, key), tolerance, at);
      if (found) return found;
    }
    return null;
  } else if (expected === actual) return null;
  return { path };
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
