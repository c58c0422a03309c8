import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { HANDED_OVER, readHandedOverKey } from '../domain/handed-over.ts';
import { LATEST } from '../domain/ids.ts';
import type { Eraser } from '../ports/eraser.ts';
import { eraseRecords, eraseRefusals } from './dynamodb/erase-records.ts';
import { eraseCopies } from './s3/copy-newest.ts';
import { eraseKeys, eraseObjects, listKeys } from './s3/erase-objects.ts';

/** Deletes runs of one pipeline, from the table and the bucket of its stage, or of this machine. */
export function eraserOf(
  pipeline: string,
  { table, objects, region }: Readonly<Record<'table' | 'objects' | 'region', string>>,
  { dynamodb, s3 } = { dynamodb: new DynamoDBClient({ region }), s3: new S3Client({ region }) },
): Eraser {
  const records = { client: dynamodb, table, pipeline };
  const prefix = `runs/${pipeline}/`;
  const eraseBelow = (keys: readonly string[]) =>
    eraseKeys(
      s3,
      objects,
      keys.map((key) => prefix + key),
    );
  return {
    eraseRecords: (run, root, ttl) => eraseRecords(records, run, root, ttl),
    async eraseObjects(run) {
      await eraseCopies(s3, objects, `${prefix}${LATEST}/`, run);
      // Names hold no slash: no other run's objects begin like it.
      return eraseObjects(s3, objects, `${prefix}${run}/`);
    },
    async handedOver() {
      const keys = await listKeys(s3, objects, `${prefix}${HANDED_OVER}`);
      // A run may have the name of their folder.
      return keys.map((key) => key.slice(prefix.length)).filter((place) => readHandedOverKey(place) !== null);
    },
    eraseHandedOver: eraseBelow,
    eraseTaskResults: eraseBelow,
    eraseRefusals: (messageIds) => eraseRefusals(records, messageIds),
    close() {
      dynamodb.destroy();
      s3.destroy();
    },
  };
}
