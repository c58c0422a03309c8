import type { Context } from 'hono';
import type * as z from 'zod';
import { readJson } from '../../shared/domain/json.ts';
import { Problem } from './problems.ts';

/** Lambda takes six million bytes, of which base64 is a quarter. */
export const MOST_BODY_BYTES = 4 * 1_048_576;

/**
 * A request's body, checked. None at all is an empty object.
 * @throws {Problem} saying what is wrong with it, and where
 */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await textOf(c.req.raw);
  if (text === '') return parsed(schema, {});
  // A page of another site can send any other type without asking: this one it can't.
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(c.req.header('content-type') ?? ''))
    throw new Problem('unsupported-media-type');
  const read = readJson(text);
  if ('value' in read) return parsed(schema, read.value);
  throw read.problem === 'invalid-json'
    ? new Problem('not-json')
    : new Problem('bad-request', 'The body is nested too deep.');
}

/** @throws {Problem} `too-large`, with no more read than that takes */
async function textOf({ body, headers }: Request): Promise<string> {
  if (Number(headers.get('content-length') ?? 0) > MOST_BODY_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const tooLarge = () => new Problem('too-large', `Allowed are ${MOST_BODY_BYTES} bytes.`);

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value);
  if (data !== undefined) return data;
  const said = error?.issues.map(({ path, message }) => `${path.join('.') || 'The body'}: ${message}`) ?? [];
  throw new Problem('bad-request', said.slice(0, 10).join('; '));
}
