import { DeleteObjectsCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

/** Deletes all objects under a prefix. @returns how many there were */
export async function eraseObjects(client: S3Client, Bucket: string, Prefix: string): Promise<number> {
  let erased = 0;
  // A page is as many as one request deletes.
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
    const Objects = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [{ Key }]));
    if (Objects.length === 0) continue;
    const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    const [first] = Errors;
    if (first) throw new Error(`S3 didn't delete ${Errors.length} objects, such as ${first.Key}: ${first.Message}`);
    erased += Objects.length;
  }
  return erased;
}
