import { createHash } from 'node:crypto';
import * as z from 'zod';
import { InputError, show } from '../domain/errors.ts';
import { handedOverKey, readHandedOverKey } from '../domain/handed-over.ts';
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

const withPlaces = z.looseObject({ file: z.json().optional(), items: z.json().optional() });

/**
 * Refuses a start's `file` or `items` that were not handed over to the stage: a role that may start runs could otherwise read any file or
 * object that the splitter's role can.
 * @throws {InputError} naming the field
 */
export function assertHandedOver(request: unknown): void {
  const { data = {} } = withPlaces.safeParse(request);
  for (const field of ['file', 'items'] as const) {
    const place = data[field];
    // A value of another type is refused as what it is.
    if (typeof place !== 'string' || readHandedOverKey(place)) continue;
    const allowed = `${field}: must be the key of a file that the command line handed over with --${field}`;
    throw new InputError(`${allowed} (received ${show(place)}).`, { loggable: `${allowed}.` });
  }
}
