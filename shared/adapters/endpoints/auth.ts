import { Sha256 } from '@aws-crypto/sha256-js';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';

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

/** Services that take signed calls, by the names that their signatures have. */
export type SignedService = 'lambda' | 'execute-api' | 'vpc-lattice-svcs';

/** Signs with the function's own credentials. */
export function signerFor(service: SignedService, region: string): Signer {
  const signature = new SignatureV4({ service, region, credentials: defaultProvider(), sha256: Sha256 });
  // VPC Lattice reads no body before it lets a call in.
  const unread = service === 'vpc-lattice-svcs' ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {};
  return {
    async sign({ method, url, path, headers, body }) {
      const signed = await signature.sign({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port && { port: Number(url.port) }),
        ...partsOf(path),
        headers: { ...headers, ...unread, host: url.host },
        body: body ?? undefined,
      });
      return signed.headers;
    },
  };
}

/** The signature takes path and query apart, the query's names and values decoded. */
function partsOf(target: string): { path: string; query: Record<string, string | string[]> } {
  const [path = '/', search] = target.split('?', 2);
  const query: Record<string, string | string[]> = {};
  const parameters = new URLSearchParams(search);
  for (const name of new Set(parameters.keys())) query[name] = parameters.getAll(name);
  return { path, query };
}
