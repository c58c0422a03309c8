import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

/** What S3 deletes with one request: as many as a page of a list has. */
const BATCH = 1_000;

/** Deletes all objects under a prefix. @returns how many there were */
export async function eraseObjects(client: S3Client, bucket: string, prefix: string): Promise<number> {
  let erased = 0;
  for await (const keys of pagesOf(client, bucket, prefix)) {
    await eraseKeys(client, bucket, keys);
    erased += keys.length;
  }
  return erased;
}

/** Keys of all objects under a prefix. */
export async function listKeys(client: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const all: string[] = [];
  for await (const keys of pagesOf(client, bucket, prefix)) all.push(...keys);
  return all;
}

/** Deletes objects; one that is gone already is as good. */
export async function eraseKeys(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += BATCH) {
    const Objects = keys.slice(from, from + BATCH).map((Key) => ({ Key }));
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first) throw new Error(`S3 didn't delete ${Errors.length} objects, such as ${first.Key}: ${first.Message}`);
  }
}

async function* pagesOf(client: S3Client, Bucket: string, Prefix: string): AsyncGenerator<string[]> {
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
    yield Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
}
