import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Pipeline } from '../shared/domain/definition.ts';
import type { Deps } from '../shared/flow/deps.ts';
import { wire } from '../shared/lambda/wire.ts';
import { startEmulators } from './emulators.ts';
import { applyEnvironment, BUCKET } from './environment.ts';
import { LOCAL_REGION } from './lambda.ts';

/** What an earlier run left on disk, readable again: the table and the bucket, without queues, functions or services. */
export async function openState(
  pipeline: Pipeline,
  stateDir: string,
  table: Pick<CreateTableCommandInput, 'TableName'>,
  telemetry: Pick<Deps, 'log' | 'metrics'>,
): Promise<{ deps: Deps; close(): Promise<void> }> {
  const emulators = await startEmulators({ stateDir });
  const restore = applyEnvironment(emulators.environment);
  const none = `${emulators.awsUrl}/none`;
  const deps = wire(
    pipeline,
    {
      MP_STAGE: 'local',
      MP_TABLE: table.TableName ?? '',
      MP_BUCKET: BUCKET,
      MP_SPLIT_QUEUE_URL: none,
      MP_WORK_QUEUE_URL: none,
      MP_AGGREGATE_QUEUE_URL: none,
      MP_ENDPOINT_URL: none,
      MP_ENDPOINT_AUTH: 'NONE',
      MP_MAIL_FROM: '',
      MP_EVENT_BUS: '',
      AWS_REGION: LOCAL_REGION,
    },
    telemetry,
  );
  return {
    deps,
    async close() {
      restore();
      await emulators.stop();
    },
  };
}
