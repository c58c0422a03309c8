import { createHash } from 'node:crypto';
import * as z from 'zod';
import { handedOverKey } from '../domain/handed-over.ts';
import type { ObjectWriter } from '../ports/objects.ts';

/** The console's start: `{"items": [{"name": "Vienna"}, …]}`, with a start's other fields beside. */
const withItems = z.looseObject({ items: z.array(z.json()) });

/**
 * Puts the items of a start's request where the run's splitters read them, and gives the request that says where. They are named by their
 * content: the same request again is the same run. Any other request stays as it is.
 */
export async function handOverItems(objects: ObjectWriter, request: unknown): Promise<unknown> {
  const { data } = withItems.safeParse(request);
  if (!data) return request;
  const lines = Buffer.from(data.items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const digest = createHash('sha256').update(lines).digest('base64url');
  const place = handedOverKey({ digest, bytes: lines.length }, 'items.jsonl');
  await objects.put(place, lines);
  return { ...data, items: place };
}
