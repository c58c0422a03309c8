import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Eraser } from '../ports/eraser.ts';
import { eraseRecords } from './dynamodb/erase-records.ts';
import { eraseObjects } from './s3/erase-objects.ts';

/** Deletes runs of one pipeline, from the table and the bucket of its stage, or of this machine. */
export function eraserOf(
  pipeline: string,
  { table, objects, region }: Readonly<Record<'table' | 'objects' | 'region', string>>,
): Eraser {
  const [dynamodb, s3] = [new DynamoDBClient({ region }), new S3Client({ region })];
  return {
    eraseRecords: (run, root) => eraseRecords({ client: dynamodb, table, pipeline }, run, root),
    // Names hold no slash: no other run's objects begin like it.
    eraseObjects: (run) => eraseObjects(s3, objects, `runs/${pipeline}/${run}/`),
    close() {
      dynamodb.destroy();
      s3.destroy();
    },
  };
}
