import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { LocalPipeline } from '../../local/pipeline.ts';

/** How many items and objects there are of a pipeline's runs whose ids begin so. */
export async function leftOf({ resources }: LocalPipeline, pipeline: string, run: string): Promise<number> {
  const [dynamodb, s3] = [new DynamoDBClient({}), new S3Client({})];
  try {
    let left = 0;
    for await (const { Items = [] } of paginateScan({ client: dynamodb }, { TableName: resources.table }))
      left += Items.filter(({ pk }) => pk?.S?.startsWith(`P#${pipeline}#${run}`)).length;
    const Prefix = `runs/${pipeline}/${run}`;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: resources.objects, Prefix }));
    return left + Contents.length;
  } finally {
    for (const client of [dynamodb, s3]) client.destroy();
  }
}
