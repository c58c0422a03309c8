import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { definitionOf, type TemporaryProject, temporaryProject } from '../cli/project.ts';

const SLOW = { timeout: 90_000 };
/** Nothing listens here: whatever is called there fails. */
const NOWHERE = 'http://127.0.0.1:1';

let project: TemporaryProject;
beforeAll(async () => {
  project = await temporaryProject();
  const mailed = definitionOf('sound').replace('reduce:', "report: { email: ['a@example.com'] },\n  reduce:");
  await project.write('pipelines/sound/index.ts', mailed);
  await project.write('aws/config', CONFIG);
  await project.write('aws/credentials', '[default]\naws_access_key_id = \n[corp]\ncredential_process = /nowhere\n');
}, SLOW.timeout);
afterAll(() => project.remove());

const SETTINGS = `region = eu-south-2
use_fips_endpoint = true
use_dualstack_endpoint = true
endpoint_url = ${NOWHERE}
services = elsewhere
retry_mode = nonsense
max_attempts = none
defaults_mode = nonsense
s3_use_arn_region = nonsense
s3_disable_multiregion_access_points = nonsense
request_checksum_calculation = nonsense
response_checksum_validation = nonsense
account_id_endpoint_mode = nonsense
disable_request_compression = nonsense
request_min_compression_size_bytes = nonsense
sigv4a_signing_region_set = *
`;
const CONFIG = `[default]\n${SETTINGS}[profile corp]\nsso_session = corp\n${SETTINGS}[services elsewhere]
dynamodb =
  endpoint_url = ${NOWHERE}
s3 =
  endpoint_url = ${NOWHERE}
`;

/** The settings as environment variables, and those that only are variables. */
function variables(): Record<string, string> {
  return {
    AWS_PROFILE: 'corp',
    AWS_DEFAULT_PROFILE: 'corp',
    AWS_CONFIG_FILE: join(project.dir, 'aws', 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(project.dir, 'aws', 'credentials'),
    AWS_REGION: 'nowhere',
    AWS_ACCESS_KEY_ID: '',
    AWS_SESSION_TOKEN: 'old',
    AWS_CREDENTIAL_EXPIRATION: '2001-01-01T00:00:00Z',
    AWS_ROLE_ARN: 'arn:aws:iam::1:role/none',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/nowhere',
    AWS_CONTAINER_CREDENTIALS_FULL_URI: NOWHERE,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: NOWHERE,
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_ENDPOINT_URL: NOWHERE,
    AWS_ENDPOINT_URL_DYNAMODB: NOWHERE,
    AWS_ENDPOINT_URL_S3: NOWHERE,
    AWS_ENDPOINT_URL_SQS: NOWHERE,
    AWS_ENDPOINT_URL_SESV2: NOWHERE,
    AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    AWS_MAX_ATTEMPTS: 'none',
    AWS_RETRY_MODE: 'nonsense',
    AWS_DEFAULTS_MODE: 'nonsense',
    AWS_ACCOUNT_ID: '1',
    AWS_ACCOUNT_ID_ENDPOINT_MODE: 'nonsense',
    AWS_REQUEST_CHECKSUM_CALCULATION: 'nonsense',
    AWS_RESPONSE_CHECKSUM_VALIDATION: 'nonsense',
    AWS_S3_USE_ARN_REGION: 'nonsense',
    AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS: 'nonsense',
    AWS_S3_US_EAST_1_REGIONAL_ENDPOINT: 'nonsense',
    AWS_SIGV4A_SIGNING_REGION_SET: '*',
    AWS_DISABLE_REQUEST_COMPRESSION: 'nonsense',
    AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES: 'nonsense',
    AWS_CA_BUNDLE: '/nowhere',
    AWS_LAMBDA_FUNCTION_NAME: 'none',
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    HTTP_PROXY: NOWHERE,
    HTTPS_PROXY: NOWHERE,
    http_proxy: NOWHERE,
    https_proxy: NOWHERE,
    ALL_PROXY: NOWHERE,
    NODE_USE_ENV_PROXY: '1',
    NODE_EXTRA_CA_CERTS: '/nowhere',
    FAUXQS_LOGGER: 'true',
    FAUXQS_INIT: '/nowhere',
    FAUXQS_DEFAULT_REGION: 'nowhere',
  };
}

/** The same by a file at the place where the SDK looks when no variable names one. */
async function homeWithSettings(): Promise<Record<string, string>> {
  await project.write('home/.aws/config', CONFIG);
  await project.write('home/.aws/credentials', '[default]\naws_access_key_id = \n');
  return { HOME: join(project.dir, 'home'), USERPROFILE: join(project.dir, 'home') };
}

test.each([
  { where: 'variables', settings: async () => variables() },
  { where: "a file in the user's home", settings: homeWithSettings },
])('a run on this machine is deaf to AWS settings from $where', SLOW, async ({ where, settings }) => {
  const environment = await settings();
  const id = where === 'variables' ? 'a' : 'b';
  const run = await project.runWith(environment, 'run', 'sound', '--run-id', id, '--json');
  expect(run).toMatchObject({ code: 0, stderr: expect.not.stringContaining('!') });
  expect(JSON.parse(run.stdout)).toMatchObject({ runId: id, status: 'succeeded', mail: 'kept' });
  const list = await project.runWith(environment, 'list', '--pipeline', 'sound', '--json');
  expect(JSON.parse(list.stdout)).toContainEqual(expect.objectContaining({ runId: id, status: 'succeeded' }));
});

test('a deployed stage is looked for where they say', SLOW, async () => {
  const environment = { AWS_ENDPOINT_URL: NOWHERE, AWS_REGION: 'eu-south-2', AWS_MAX_ATTEMPTS: '1' };
  const keys = { AWS_ACCESS_KEY_ID: 'some', AWS_SECRET_ACCESS_KEY: 'some' };
  const { code, stderr } = await project.runWith({ ...environment, ...keys }, 'list', '-P', 'sound', '--stage', 'dev');
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^error: .*127\.0\.0\.1:1.*can't reach/) });
});
