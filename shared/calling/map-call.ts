import { type CallOptions, isCall } from '../author/call.ts';
import type { Pipeline } from '../author/definition.ts';
import { show, UnmappedCallError } from '../domain/errors.ts';
import { type Json, jsonText } from '../domain/json.ts';
import { climbs } from '../domain/path.ts';
import type { CallRequest } from '../ports/caller.ts';

/** The part of a call that a definition and its mapping decide. */
export type MappedCall = Pick<CallRequest, 'method' | 'path' | 'headers' | 'body'>;

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const FIELDS = ['method', 'path', 'query', 'headers', 'json', 'form', 'text'];
const BODIES = ['json', 'form', 'text'] as const;
/** Servers and proxies take 8,000 bytes of a request's first line, and of all its headers, for granted. */
const MAX_TARGET = 8_000;
const MAX_HEADERS = 8_000;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/;
const HALF_PAIR = /\p{Cs}/u;
/** Visible characters and spaces: neither a line's end nor what HTTP has no charset for. */
const VALUE = /^[\t\x20-\x7e]*$/;
/** Those that say whose call it is, and those by which HTTP finds a message's end and its receiver. */
const OURS =
  /^(?:microprocess-.*|idempotency-key|traceparent|webhook-.*|x-amz-.*|authorization|host|content-length|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|proxy-.*)$/;

/**
 * A call as it goes out, of what a definition's `request` gave: a JSON body, or a call of its own shape.
 * @throws {UnmappedCallError} naming the field that can't be sent, and none of its values
 * @throws {NotJsonError} for a body that JSON can't hold
 */
export function mapCall({ endpoint }: Pick<Pipeline, 'endpoint'>, given: unknown): MappedCall {
  const { method, path, itemsPerCall } = endpoint;
  if (!isCall(given))
    return { method, path, headers: JSON_HEADERS, body: jsonText('what request gave', given, 'written') };
  if (itemsPerCall !== undefined)
    throw new UnmappedCallError(
      'With itemsPerCall, what request gave must be a JSON body: call() is of one item alone.',
    );
  const unknown = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) refuse(unknown, `left out; allowed are ${FIELDS.join(', ')}`);
  const mapped = given.method ?? method;
  if (!METHODS.includes(mapped)) refuse('method', METHODS.join(', '));
  const { type, body } = bodyOf(given, mapped);
  const target = (given.path === undefined ? path : pathOf(given.path)) + queryOf(given.query);
  if (target.length > MAX_TARGET) refuse('path and query', `at most ${MAX_TARGET} characters long together`);
  return { method: mapped, path: target, headers: headersOf(given.headers, type), body };
}

/** The call of an item that is its own body: it was read as JSON, so writing it needs no look at it. */
export function callOfItem({ endpoint: { method, path } }: Pick<Pipeline, 'endpoint'>, item: Json): MappedCall {
  return { method, path, headers: JSON_HEADERS, body: JSON.stringify(item) };
}

function bodyOf(given: CallOptions, method: string): { type: string | null; body: string | null } {
  const bodies = BODIES.filter((kind) => given[kind] !== undefined);
  if (bodies.length > 1) refuse(bodies.join(' and '), 'one body alone');
  const { json, form, text } = given;
  if (bodies.length > 0 && method === 'GET') refuse(bodies.join(), 'left out: a GET has no body');
  if (json !== undefined) return { type: 'application/json', body: jsonText('json', json, 'written') };
  if (form !== undefined)
    return { type: 'application/x-www-form-urlencoded', body: parametersOf('form', form).toString() };
  if (text === undefined) return { type: null, body: null };
  if (typeof text !== 'string') refuse('text', 'a text');
  return { type: 'text/plain; charset=utf-8', body: whole('text', text) };
}

/** Each segment encoded, so that none can hold another, climb, or begin a query. */
function pathOf(segments: CallOptions['path']): string {
  if (!Array.isArray(segments) || segments.length === 0) refuse('path', 'a list of one segment or more');
  return segments
    .map((segment: unknown) => {
      const text = plain('path', segment);
      // A server, a proxy or a cache may read these as another path, encoded too.
      if (text === '' || climbs(text))
        refuse('path', 'a list without a segment that is empty, or climbs (. or .., also between slashes)');
      if (/\p{Cc}/u.test(text)) refuse('path', 'without control characters');
      return `/${encodeURIComponent(text)}`;
    })
    .join('');
}

function queryOf(query: CallOptions['query']): string {
  if (query === undefined) return '';
  // A plus means a space in forms alone: AWS, for one, reads it as a plus.
  const text = parametersOf('query', query).toString().replaceAll('+', '%20');
  return text === '' ? '' : `?${text}`;
}

function parametersOf(field: string, values: NonNullable<CallOptions['query']>): URLSearchParams {
  if (typeof values !== 'object' || values === null) refuse(field, 'an object');
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined) parameters.append(whole(field, name), plain(field, each));
    }
  }
  return parameters;
}

function headersOf(given: CallOptions['headers'], type: string | null): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', ...(type && { 'content-type': type }) };
  let bytes = 0;
  for (const [name, value] of Object.entries(given ?? {})) {
    const lower = name.toLowerCase();
    if (!NAME.test(name)) refuse('headers', 'names of HTTP');
    if (OURS.test(lower)) refuse('headers', `other than ${lower}, which is set here`);
    const text = plain('headers', value);
    if (!VALUE.test(text)) refuse('headers', 'visible ASCII characters and spaces in each value');
    bytes += name.length + text.length + 4;
    if (bytes > MAX_HEADERS) refuse('headers', `at most ${MAX_HEADERS} characters long together`);
    headers[lower] = text;
  }
  return headers;
}

function plain(field: string, value: unknown): string {
  if (typeof value === 'string') return whole(field, value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return refuse(field, 'texts, finite numbers or truth values');
}

/** UTF-8 has no bytes for half of a surrogate pair: what encodes it would put a replacement character there, and the service would get another text. */
function whole(field: string, text: string): string {
  return HALF_PAIR.test(text) ? refuse(field, 'without half of a surrogate pair, which has no encoding') : text;
}

function refuse(field: string, allowed: string): never {
  throw new UnmappedCallError(`${show(field)} of what request gave must be ${allowed}.`);
}
