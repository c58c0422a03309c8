import { S3Client } from '@aws-sdk/client-s3';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { AccountAccess } from '../shared/author/source.ts';
import { InputError } from '../shared/domain/errors.ts';

/** Credentials that end within this time are asked for anew. */
const FRESH_MS = 300_000;

/**
 * The account that this terminal's AWS settings name, for sources alone. All of it is settled here, as the environment names emulators from
 * the moment that they start.
 * @throws {InputError} where no region or no credentials are named
 */
export async function openOwnAccount(environment: NodeJS.ProcessEnv = process.env): Promise<AccountAccess> {
  const region = await found('region', regionHere);
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE } = environment;
  const isOfEnvironment = AWS_PROFILE === undefined && AWS_ACCESS_KEY_ID !== undefined;
  const first = defaultProvider({ clientConfig: { region } });
  // By its name: without one, the emulators' credentials in the environment would go first by then.
  const later = defaultProvider({
    clientConfig: { region, ignoreConfiguredEndpointUrls: true },
    profile: AWS_PROFILE ?? 'default',
    ...(AWS_SHARED_CREDENTIALS_FILE !== undefined && { filepath: AWS_SHARED_CREDENTIALS_FILE }),
    ...(AWS_CONFIG_FILE !== undefined && { configFilepath: AWS_CONFIG_FILE }),
  });
  let known = await found('credentials', first);
  const isFresh = () => (known.expiration?.getTime() ?? Number.POSITIVE_INFINITY) > Date.now() + FRESH_MS;
  return {
    region,
    credentials: async () => {
      if (!isOfEnvironment && !isFresh()) known = await later();
      return known;
    },
    endpoints: {
      s3: environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL,
      dynamodb: environment.AWS_ENDPOINT_URL_DYNAMODB ?? environment.AWS_ENDPOINT_URL,
    },
  };
}

async function regionHere(): Promise<string> {
  const client = new S3Client({});
  try {
    return await client.config.region();
  } finally {
    client.destroy();
  }
}

async function found<T>(what: string, find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InputError(
      `--aws reads with your own ${what}, and finds none (${why}). Set AWS_PROFILE or AWS_REGION, or sign in.`,
    );
  }
}
