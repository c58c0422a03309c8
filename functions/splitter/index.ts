import pipeline from '#pipeline';
import { fromSecretsManager } from '../../shared/adapters/endpoints/secrets.ts';
import { connect } from '../../shared/lambda/connect.ts';
import { filesInAccount } from '../../shared/lambda/source-files.ts';
import { USES } from './deps.ts';
import { splitter } from './handler.ts';

// What the source declares to read is deployed beside the bundle.
const files = filesInAccount({ folder: import.meta.dirname });

export const handler = splitter(connect(USES, process.env, { pipeline, files, secrets: fromSecretsManager }));
