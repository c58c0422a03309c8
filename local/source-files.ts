import { S3Client } from '@aws-sdk/client-s3';
import { accountClient } from '../shared/adapters/sources/account-client.ts';
import { s3Files } from '../shared/adapters/sources/s3-object.ts';
import { sourceFiles } from '../shared/adapters/sources/source-files.ts';
import { triesOf } from '../shared/adapters/tries.ts';
import type { AccountAccess } from '../shared/author/source.ts';
import { type OpenFiles, TRY_MS } from '../shared/lambda/connect.ts';
import { filesIn, filesInAccount } from '../shared/lambda/source-files.ts';
import { pipelineFolder } from '../shared/project/pipeline-folder.ts';

/**
 * What a pipeline's source reads on this machine: the files themselves, never copies.
 * @param account what it may read besides; absent, objects and tables are refused, as a client would look for them in the emulators
 */
export function filesHere(pipeline: string, account: AccountAccess | undefined): OpenFiles {
  const places = { folder: pipelineFolder(pipeline), anyFile: true };
  if (!account) return filesIn(places);
  const client = new S3Client({
    maxAttempts: 5,
    requestHandler: triesOf(TRY_MS.s3),
    // A person's buckets may be in several regions.
    followRegionRedirects: true,
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...accountClient(account, 's3'),
  });
  return (objects) => ({ ...sourceFiles({ ...places, objects, account: () => s3Files(client) }), account });
}

/** What it reads for a stage: the user's own account beside. */
export const filesOfStage = (pipeline: string): OpenFiles =>
  filesInAccount({ folder: pipelineFolder(pipeline), anyFile: true });
