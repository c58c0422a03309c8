/**
 * Matches a path against a route's, in which `{name}` stands for one segment; `{name?}` at its end for one that may be left out.
 * @returns what the names stand for, decoded; null where the path is another
 */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const given = path.split('/');
  const all = pattern.replace(/\?\}$/, '}').split('/');
  const wanted = pattern.endsWith('?}') && given.length < all.length ? all.slice(0, -1) : all;
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const segment = decoded(given[i] ?? '');
    const [, name] = /^\{(.+)\}$/.exec(part) ?? [];
    if (segment === null || (name === undefined ? segment !== part : segment === '')) return null;
    if (name !== undefined) found[name] = segment;
  }
  return found;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
