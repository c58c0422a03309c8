import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { Json } from '../../shared/domain/json.ts';
import { asInJson, mentions } from '../../shared/domain/mentions.ts';
import type { Eraser } from '../../shared/ports/eraser.ts';
import { keptInputDir } from '../keep-input.ts';

/** The same eraser, which reaches what standard input gave too: files that all pipelines of this machine share. */
export function withKeptInput(eraser: Eraser): Eraser {
  return {
    ...eraser,
    handedOver: async (text) => [...(await eraser.handedOver(text)), ...(await keptMentioning(text))],
    async eraseHandedOver(all) {
      for (const file of all.filter(isFile)) await rm(new URL(file), { force: true });
      await eraser.eraseHandedOver(all.filter((place) => !isFile(place)));
    },
  };
}

const isFile = (place: string) => place.startsWith('file:');

async function keptMentioning(text: string): Promise<string[]> {
  const folder = pathToFileURL(`${keptInputDir()}/`);
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const name of names) {
    const file = new URL(name, folder);
    if (await fileMentions(file, text)) found.push(file.href);
  }
  return found;
}

async function fileMentions(file: URL, text: string): Promise<boolean> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const line of lines) if (lineMentions(line, text)) return true;
    return false;
  } finally {
    lines.close();
  }
}

function lineMentions(line: string, text: string): boolean {
  // Another program may write any character by its code.
  if (!line.includes(asInJson(text)) && !line.includes('\\u')) return false;
  try {
    const value: Json = JSON.parse(line);
    return mentions(value, text);
  } catch {
    return mentions(line, text);
  }
}
