import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';

/** Where the client would send its request. */
const target = z.object({
  protocol: z.string(),
  hostname: z.string(),
  port: z.number().optional(),
  path: z.string(),
});

/** Where a client would send a request for an object: it knows regions, endpoints and how buckets are addressed. Nothing is sent. */
export async function requestTarget(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<z.output<typeof target>> {
  const command = new GetObjectCommand(object);
  let found: z.output<typeof target> | undefined;
  command.middlewareStack.add(
    () =>
      async ({ request }) => {
        found = target.parse(request);
        return { response: undefined, output: { $metadata: {} } };
      },
    { step: 'build', priority: 'low' },
  );
  await client.send(command);
  if (!found) throw new TypeError('The client made no request.');
  return found;
}
