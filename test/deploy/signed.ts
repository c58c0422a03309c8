import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Whom to sign for, and where the service answers. */
export interface Signing {
  readonly region: string;
  readonly credentials: Credentials | (() => Promise<Credentials>);
}

export interface SignedRequest {
  readonly service: string;
  /** With scheme, host and query. */
  readonly url: URL;
  readonly method: string;
  readonly body?: string;
  readonly contentType?: string;
}

/**
 * One call of an AWS API, signed. For services whose SDK client is not among our dependencies: a few calls in a test
 * don't make it one.
 * @returns the answer's text
 * @throws {Error} with what the service said, when it isn't 2xx
 */
export async function signedFetch({ region, credentials }: Signing, request: SignedRequest): Promise<string> {
  const { url, method, body } = request;
  const signer = new SignatureV4({ service: request.service, region, credentials, sha256: Sha256 });
  const payload = body === undefined ? {} : { body };
  const { headers } = await signer.sign({
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host: url.host, ...(request.contentType ? { 'content-type': request.contentType } : {}) },
    ...payload,
  });
  const answer = await fetch(url, { method, headers, ...payload });
  const said = await answer.text();
  if (!answer.ok) throw new Error(`${request.service} answered ${answer.status} to ${method} ${url.pathname}: ${said}`);
  return said;
}

/** A call of one of the older, form-encoded APIs (IAM, STS, CloudWatch). @returns the answer's XML */
export function queryApi(
  signing: Signing,
  service: string,
  host: string,
  parameters: Record<string, string>,
): Promise<string> {
  return signedFetch(signing, {
    service,
    url: new URL(`https://${host}/`),
    method: 'POST',
    body: new URLSearchParams(parameters).toString(),
    contentType: 'application/x-www-form-urlencoded; charset=utf-8',
  });
}
