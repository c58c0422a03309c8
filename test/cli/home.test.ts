import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { explain } from '../../cli/errors.ts';
import { prepareHome } from '../../cli/home.ts';
import { Captured, temporaryHome } from './support.ts';

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeEach(async () => {
  place = await temporaryHome();
});
afterEach(() => place.close());

const prepare = () => prepareHome({ stderr: new Captured() });

test.each<[what: string, says: RegExp, put: (home: string) => Promise<unknown>]>([
  [
    '.state is a dangling link',
    /\.state is a link to \/nowhere, which isn't there: a folder belongs here/,
    (home) => symlink('/nowhere', join(home, '.state')),
  ],
  [
    '.state/logs is a file',
    /logs is a file: a folder belongs here/,
    (home) => writeFile(join(home, '.state/logs'), ''),
  ],
  ['.state/host.json is a folder', /host\.json is a folder: a file/, (home) => mkdir(join(home, '.state/host.json'))],
])('%s: the path, what is there and what to do, before anything is done', async (what, says, put) => {
  if (what.startsWith('.state/')) await mkdir(join(place.home, '.state'));
  await put(place.home);
  const refused = explained(prepare);
  expect(refused).toEqual({ code: 2, message: expect.stringMatching(says) });
  expect(refused?.message).toMatch(/\. Move it away, or point MICROPROCESS_HOME at another folder, and try again\.$/);
});

test('folders may be links to folders', async () => {
  await mkdir(join(place.home, 'elsewhere'));
  for (const name of ['.state', 'out']) await symlink(join(place.home, 'elsewhere'), join(place.home, name));
  expect(prepare).not.toThrow();
});

function explained(act: () => void): ReturnType<typeof explain> | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return explain(error);
  }
}
