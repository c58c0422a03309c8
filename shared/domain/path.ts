/** What a URL's path may hold as it is (RFC 3986), percent-encoded bytes among it. */
const AS_IT_IS = /%[0-9A-Fa-f]{2}|[A-Za-z0-9\-._~!$&'()*+,;=:@/]/;
const TO_ENCODE = new RegExp(`(?:${AS_IT_IS.source})|(.)`, 'gsu');

/**
 * A path as it goes onto the wire: what isn't plain is percent-encoded as UTF-8, what is percent-encoded already stays. Encoding it
 * twice is encoding it once.
 */
export function encodePath(path: string): string {
  return path.replace(TO_ENCODE, (kept, other?: string) => (other === undefined ? kept : encodeURIComponent(other)));
}

/** Encoded, what segments are told apart by, and what they climb by. */
const ENCODED_MARK = /%(?:2e|2f|5c|3b)/gi;

/**
 * Whether a decoded path, or a segment of one, has a segment `.` or `..`: also `../admin` and `..;x`, as what decodes before it looks would
 * take one segment for several.
 */
export function climbs(decoded: string): boolean {
  return decoded.split(/[/\\]/).some((segment) => /^\.{1,2}(?:;|$)/.test(segment));
}

/** Why a path can't be called, to follow its name in a message; null where it can. */
export function pathProblem(path: string): string | null {
  if (!path.startsWith('/')) return 'must start with /';
  if (/[\s?#]/.test(path)) return 'must hold no query, fragment or space';
  // A server, a proxy or the signature would read them as another path than the one written here.
  if (path.includes('\\')) return 'must hold no backslash';
  if (path.includes('//')) return 'must hold no empty segment (//)';
  if (climbs(path.replace(ENCODED_MARK, (encoded) => decodeURIComponent(encoded))))
    return 'must hold no segment . or .., also not between encoded slashes or in front of ;';
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return 'holds a % that encodes nothing; write %25';
  if (/\p{Cc}/u.test(path)) return 'must hold no control character';
  if (/\p{Cs}/u.test(path)) return 'holds half of a surrogate pair, which has no encoding';
  return null;
}
