import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { applyEnvironment } from '../../local/environment.ts';
import { openOwnAccount } from '../../local/own-account.ts';
import { filesHere } from '../../local/source-files.ts';
import { fakeS3 } from './fake-s3.ts';

const CONTENT = 'name\nAda\n';

let own: Awaited<ReturnType<typeof fakeS3>>;
let emulator: Awaited<ReturnType<typeof fakeS3>>;
beforeEach(async () => {
  [own, emulator] = await Promise.all([fakeS3(CONTENT), fakeS3(CONTENT)]);
  for (const [name, value] of Object.entries(own.environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all([own.stop(), emulator.stop()]);
});

test("an object is read by one's own credentials where the account was asked for, and never from the emulator", async () => {
  const account = await openOwnAccount();
  const restore = applyEnvironment({
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_REGION: 'local',
    AWS_ENDPOINT_URL: emulator.url,
    AWS_ENDPOINT_URL_S3: emulator.url,
  });
  try {
    const read = async () => {
      const files = filesHere('scores', account)(expect.fail, expect.fail);
      const file = await files.look('s3://companies/all.csv');
      return text(files.read(file, 5));
    };
    expect(await read()).toBe('Ada\n');
    expect(new Set(own.asked.map((line) => line.split(' ').at(-1)))).toEqual(new Set(['MINE,eu-north-1']));
    expect(own.asked[0]).toMatch(/^HEAD \/companies\/all\.csv/);
    expect(emulator.asked).toEqual([]);

    const refused = filesHere('scores', undefined)(expect.fail, expect.fail).look('s3://companies/all.csv');
    await expect(refused).rejects.toThrow(/"s3:\/\/companies\/all.csv" is read on this machine only with --aws,/);
  } finally {
    restore();
  }
});

test('without a region or credentials the account is refused at once, and says how to name them', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
  await expect(openOwnAccount()).rejects.toThrow(
    /--aws reads with your own region, and finds none \(.*Set AWS_PROFILE/,
  );
});
