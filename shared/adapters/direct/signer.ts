import { type Credentials, type Scope, Signature, sha256, type Target, timeOf } from './signature.ts';

/** Signs a request with SigV4. */
export interface Signer {
  sign(request: {
    readonly method: string;
    readonly url: URL;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly body: string | null;
  }): Promise<Record<string, string>>;
}

/** Headers that servers and proxies between may change, and spans that change with each try. */
const UNSIGNED =
  /^(?:authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/i;

/** Signs with these credentials, which are asked for at each call. The key is made once for all calls, and each body hashed by Node's own code. */
export function signerOf(scope: Scope, credentials: () => Credentials | Promise<Credentials>): Signer {
  const signature = new Signature(scope);
  return {
    async sign({ method, url, path, headers, body }) {
      const given = await credentials();
      const signed: Record<string, string> = {
        ...headers,
        host: url.host,
        'x-amz-date': timeOf(new Date()),
        // VPC Lattice reads no body before it lets a call in.
        'x-amz-content-sha256': scope.service === 'vpc-lattice-svcs' ? 'UNSIGNED-PAYLOAD' : sha256(body ?? ''),
        ...(given.sessionToken !== undefined && { 'x-amz-security-token': given.sessionToken }),
      };
      const canonical: Record<string, string> = {};
      for (const name in signed)
        if (!UNSIGNED.test(name)) canonical[name.toLowerCase()] = onOneLine(signed[name] ?? '');
      signed.authorization = signature.authorization(given, method, targetOf(path), canonical);
      return signed;
    },
  };
}

const onOneLine = (value: string) => value.replaceAll(/\s+/g, ' ').trim();

/** A target as it is signed: its path encoded once more, and its query's parameters decoded, encoded and in order. */
function targetOf(target: string): Target {
  const [path = '/', search] = target.split('?', 2);
  const segments = path.split('/').filter((segment) => segment !== '');
  const end = segments.length > 0 && path.endsWith('/') ? '/' : '';
  const encodedPath = `/${segments.map(encoded).join('/')}${end}`;
  if (search === undefined) return { path: encodedPath };
  const parameters = [...new URLSearchParams(search)].map(([name, value]) => [encoded(name), encoded(value)] as const);
  parameters.sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)));
  return { path: encodedPath, query: parameters.map(([name, value]) => `${name}=${value}`).join('&') };
}

const order = (a: string, b: string) => (a < b ? -1 : Number(a > b));

/** As RFC 3986 has it: more than a browser encodes. */
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
