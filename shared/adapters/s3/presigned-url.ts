import { Sha256 } from '@aws-crypto/sha256-js';
import type { S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { requestTarget } from './request-target.ts';

/**
 * A URL at which anyone gets an object for so many seconds, with the rights of the client's own credentials. Nothing is sent.
 * The client says where, for it knows regions, endpoints and how buckets are addressed.
 */
export async function presignedUrl(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
  seconds: number,
): Promise<string> {
  const { protocol, hostname, port, path } = await requestTarget(client, object);
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const { credentials, region } = client.config;
  const signature = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256,
    // S3 alone wants paths encoded once.
    uriEscapePath: false,
    applyChecksum: false,
  });
  const headers = { host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' };
  const request = { method: 'GET', protocol, hostname, ...(port !== undefined && { port }), path, headers };
  const { query = {} } = await signature.presign(request, { expiresIn: seconds });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) search.set(name, String(value));
  return `${protocol}//${host}${path}?${search}`;
}
