import type { S3Client } from '@aws-sdk/client-s3';
import type { ObjectPlace } from '../../ports/objects.ts';
import { requestTarget } from './request-target.ts';

/** Domains of the AWS console where they aren't the usual one, by how the region's name begins. */
const CONSOLES = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
] as const;

/** Where people find an object of S3; null of another endpoint than AWS's own, whose objects no console shows. */
export async function objectPlace(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<ObjectPlace | null> {
  const { hostname } = await requestTarget(client, object);
  if (!/\.amazonaws\.com(\.cn)?$/.test(hostname)) return null;
  const region = await client.config.region();
  const domain = CONSOLES.find(([begins]) => region.startsWith(begins))?.[1] ?? 'console.aws.amazon.com';
  const { Bucket, Key } = object;
  const query = new URLSearchParams({ region, prefix: Key });
  return { uri: `s3://${Bucket}/${Key}`, console: `https://${domain}/s3/object/${Bucket}?${query}` };
}
