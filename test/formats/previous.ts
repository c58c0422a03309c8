import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Item } from '../../shared/adapters/dynamodb/attributes.ts';

/** What the previous release left, as data: fixtures/README.md says how it was made. */
const FOLDER = new URL('./fixtures/previous/', import.meta.url);

const attribute = z.union([
  z.object({ S: z.string() }).transform(({ S }) => ({ S })),
  z.object({ N: z.string() }).transform(({ N }) => ({ N })),
  z.object({ NS: z.array(z.string()) }).transform(({ NS }) => ({ NS })),
  z.object({ SS: z.array(z.string()) }).transform(({ SS }) => ({ SS })),
  z.object({ B: z.base64() }).transform(({ B }) => ({ B: Uint8Array.from(Buffer.from(B, 'base64')) })),
]);
const stored = z.union([
  z.object({ key: z.string(), text: z.string() }),
  z.object({ key: z.string(), base64: z.base64() }),
]);
const message = z.object({ queue: z.enum(['split', 'work', 'aggregate']), body: z.unknown() });

function lines<T>(file: string, schema: z.ZodType<T>): T[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  return z.array(schema).parse(
    text
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  );
}

/** Items of its table: the run `ended`, which is final, and `going`, which was under way. */
export const previousItems = (): Item[] => lines('table.jsonl', z.record(z.string(), attribute));

export function previousObjects(): { key: string; body: Uint8Array }[] {
  return lines('objects.jsonl', stored).map((each) => ({
    key: each.key,
    body: 'text' in each ? Buffer.from(each.text) : Buffer.from(each.base64, 'base64'),
  }));
}

/** Messages of `going` that no function had deleted yet. */
export const previousMessages = () => lines('messages.jsonl', message);

/** A message of each type. */
export const previousKinds = () => lines('kinds.jsonl', message);

/** The moment that all of it is of, epoch milliseconds. */
export const previousNow = (): number =>
  z.object({ now: z.number() }).parse(JSON.parse(readFileSync(new URL('clock.json', FOLDER), 'utf8'))).now;

/** What its readers took, by name, as JSON Schema. */
export function previousSchema(name: string): z.ZodType {
  const schemas = z
    .record(
      z.string(),
      z.custom<Parameters<typeof z.fromJSONSchema>[0]>((value) => typeof value === 'object'),
    )
    .parse(JSON.parse(readFileSync(new URL('schemas.json', FOLDER), 'utf8')));
  const schema = schemas[name];
  if (schema === undefined) throw new Error(`There is no schema ${name}.`);
  return z.fromJSONSchema(schema);
}
