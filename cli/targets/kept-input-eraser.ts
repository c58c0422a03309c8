import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Json } from '../../shared/domain/json.ts';
import { mayMention, mentions, type Wanted } from '../../shared/domain/mentions.ts';
import type { Eraser } from '../../shared/ports/eraser.ts';
import { keptInputDir } from '../keep-input.ts';

/** The same eraser, which reaches what standard input gave too: files that all pipelines of this machine share. */
export function withKeptInput(eraser: Eraser): Eraser {
  return {
    ...eraser,
    handedOver: async (wanted) => [...(await eraser.handedOver(wanted)), ...(await keptMentioning(wanted))],
    async eraseHandedOver(all) {
      for (const file of all.filter(isFile)) await rm(new URL(file), { force: true });
      await eraser.eraseHandedOver(all.filter((place) => !isFile(place)));
    },
  };
}

const isFile = (place: string) => place.startsWith('file:');

async function keptMentioning(wanted: Wanted): Promise<string[]> {
  const folder = pathToFileURL(`${keptInputDir()}/`);
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const name of names) {
    const file = new URL(name, folder);
    if (await fileMentions(file, wanted)) found.push(file.href);
  }
  return found;
}

async function fileMentions(file: URL, wanted: Wanted): Promise<boolean> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) if (lineMentions(line, wanted)) return true;
    return false;
  } finally {
    lines.close();
  }
}

function lineMentions(line: string, wanted: Wanted): boolean {
  // Another program may write any character by its code, and a slash behind a backslash.
  if (!mayMention(line, wanted) && !line.includes('\\')) return false;
  try {
    const value: Json = JSON.parse(line);
    return mentions(value, wanted);
  } catch {
    return mentions(line, wanted);
  }
}
