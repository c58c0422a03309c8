import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoStores } from '../../shared/stores/dynamodb/index.ts';
import { s3Objects } from '../../shared/stores/s3/objects.ts';
import { BUCKET, type Emulated, startEmulated, TABLE } from '../contracts/emulated.ts';
import { chaosRun } from './chaos.ts';

let emulated: Emulated | undefined;
beforeAll(async () => {
  emulated = await startEmulated();
}, 30_000);
afterAll(async () => emulated?.stop());

/** A sample of the chaos over the adapters that are deployed: what the table and the bucket do is not simulated here. */
test.each([1, 2, 3])(
  'seed %i over the DynamoDB and S3 adapters',
  async (seed) => {
    if (!emulated) throw new Error('The emulators run inside tests only.');
    const { dynamodb, s3 } = emulated;
    const adapters = {
      stores: dynamoStores({ client: dynamodb, table: TABLE, pipeline: `chaos-${seed}` }),
      objects: s3Objects({ client: s3, bucket: BUCKET, prefix: `runs/chaos-${seed}/` }),
    };
    const result = await chaosRun(seed, 200, adapters);
    expect(result).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    expect(result.children).toBeGreaterThan(100);
  },
  120_000,
);
