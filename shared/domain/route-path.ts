/**
 * Matches a path against a route's, in which `{name}` stands for one segment.
 * @returns what the names stand for, decoded; null where the path is another
 */
export function matchPath(pattern: string, path: string): Readonly<Record<string, string>> | null {
  const wanted = pattern.split('/');
  const given = path.split('/');
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
