import { createServer } from 'node:http';
import zlib, { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, constants as zlibConstants } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { httpCaller } from '../../../../shared/adapters/endpoints/http.ts';
import { Listeners } from '../../listeners.ts';
import { testPipeline } from '../../support.ts';

/** Bodies as services send them: coded, in charsets, broken. */
const listeners = new Listeners();
afterEach(() => listeners.close());

const TEXT = '{"s":"Zürich 東京 🛫"}';
const JSON_TYPE = { 'content-type': 'application/json' };
const bytes = (...values: number[]) => Buffer.from(values);

async function answerTo(
  headers: Record<string, string>,
  body: Uint8Array,
  { status = 200, maxResponseBytes = 2_000 } = {},
) {
  const url = await listeners.listen(
    createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status, headers).end(body));
    }),
  );
  const { name, endpoint } = testPipeline();
  const caller = httpCaller({
    url,
    connections: 1,
    signer: null,
    pipeline: { name, endpoint: { ...endpoint, maxResponseBytes } },
  });
  listeners.closing(() => caller.close());
  const request = { run: 'march', root: 'march', child: '0-0.0.0', attempt: 1, method: 'POST', path: '/', headers: {} };
  return caller.call({ ...request, body: '1' });
}

describe('a content coding', () => {
  test.each([
    ['gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['identity', Buffer.from(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['deflate,identity , gzip', gzipSync(deflateSync(TEXT))],
    ['gzip', Buffer.concat([gzipSync(TEXT.slice(0, 8)), gzipSync(TEXT.slice(8))])],
  ])('%s is taken off', async (coding, body) => {
    expect(await answerTo({ ...JSON_TYPE, 'content-encoding': coding }, body)).toMatchObject({
      httpStatus: 200,
      body: TEXT,
    });
  });

  test.runIf('zstdCompressSync' in zlib)('zstd is taken off, where Node has it', async () => {
    const body = zlib.zstdCompressSync(TEXT);
    expect(await answerTo({ ...JSON_TYPE, 'content-encoding': 'zstd' }, body)).toMatchObject({ body: TEXT });
  });

  test('of no body is none', async () => {
    expect(await answerTo({ 'content-encoding': 'gzip' }, Buffer.alloc(0))).toMatchObject({
      httpStatus: 200,
      body: '',
    });
  });

  test.each([
    ['that nothing decodes', 'compress', Buffer.from('x'), 'unsupported-encoding'],
    ['of a name every object has', 'constructor', Buffer.from('x'), 'unsupported-encoding'],
    ['put on time and again', 'gzip, gzip, gzip, gzip, gzip', Buffer.from('x'), 'unsupported-encoding'],
    ['that the body is not in', 'gzip', Buffer.from(TEXT), 'undecodable-answer'],
    ['that ends early', 'gzip', gzipSync(TEXT).subarray(0, -9), 'undecodable-answer'],
    ['that ends early', 'br', brotliCompressSync(TEXT).subarray(0, -4), 'undecodable-answer'],
    [
      'whose checksum is wrong',
      'gzip',
      Buffer.concat([gzipSync(TEXT).subarray(0, -8), bytes(1, 2, 3, 4, 5, 6, 7, 8)]),
      'undecodable-answer',
    ],
  ])('%s fails the call: %s', async (_, coding, body, reason) => {
    expect(await answerTo({ ...JSON_TYPE, 'content-encoding': coding }, body)).toMatchObject({
      kind: 'failure',
      reason,
    });
  });

  test.each([
    ['gzip', gzipSync(Buffer.alloc(100_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(100_000_000), { params: { [zlibConstants.BROTLI_PARAM_QUALITY]: 1 } })],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(10_000_000)))],
  ])('%s that hides a bomb is too large, and is not unpacked', async (coding, body) => {
    const before = process.memoryUsage().arrayBuffers;
    const result = await answerTo({ 'content-encoding': coding }, body, { maxResponseBytes: 1_000_000 });
    expect(result).toMatchObject({ kind: 'failure', reason: 'response-too-large' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  test('counts decoded: exactly the limit is not too large, also where it does not compress; one byte more is', async () => {
    const noise = Buffer.from(Array.from({ length: 2_000 }, (_, i) => 33 + ((i * i * 31 + i * 7) % 90)));
    const packed = gzipSync(noise, { level: 0 });
    expect(packed.length).toBeGreaterThan(2_000);
    expect(await answerTo({ 'content-encoding': 'gzip' }, packed)).toMatchObject({
      kind: 'answer',
      body: noise.toString(),
    });
    const more = gzipSync(Buffer.concat([noise, bytes(33)]));
    expect(await answerTo({ 'content-encoding': 'gzip' }, more)).toMatchObject({ reason: 'response-too-large' });
  });
});

describe('a charset', () => {
  const typed = (charset: string) => ({ 'content-type': `application/json; charset=${charset}` });
  const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

  test.each([
    ['utf-8', typed('utf-8'), Buffer.from(TEXT), TEXT],
    ['UTF8, quoted', typed('"UTF8"'), Buffer.from(TEXT), TEXT],
    ['none', JSON_TYPE, Buffer.from(TEXT), TEXT],
    ['utf-8 with a mark', typed('utf-8'), Buffer.concat([bytes(0xef, 0xbb, 0xbf), Buffer.from(TEXT)]), TEXT],
    [
      'none with a mark',
      { 'content-type': 'text/plain' },
      Buffer.concat([bytes(0xef, 0xbb, 0xbf), Buffer.from('a')]),
      'a',
    ],
    ['iso-8859-1', typed('iso-8859-1'), Buffer.from('{"s":"Zürich"}', 'latin1'), '{"s":"Zürich"}'],
    ['utf-16le', typed('utf-16le'), Buffer.from(TEXT, 'utf16le'), TEXT],
    ['utf-16be', typed('utf-16be'), utf16be(TEXT), TEXT],
    ['utf-16 with a mark of the other order', typed('utf-16'), Buffer.concat([bytes(0xfe, 0xff), utf16be(TEXT)]), TEXT],
    ['none with a mark of UTF-16', JSON_TYPE, Buffer.concat([bytes(0xff, 0xfe), Buffer.from(TEXT, 'utf16le')]), TEXT],
    ['shift_jis', typed('shift_jis'), bytes(0x93, 0x8c, 0x8b, 0x9e), '東京'],
    ['U+FFFD that was sent', typed('utf-8'), Buffer.from('"\ufffd"'), '"\ufffd"'],
  ])('%s is read', async (_, headers, body, text) => {
    expect(await answerTo(headers, body)).toMatchObject({ kind: 'answer', body: text });
  });

  test.each([
    ['that nobody knows', typed('klingon'), Buffer.from(TEXT), 'unsupported-charset'],
    ['that the bytes are not in', typed('utf-8'), Buffer.from('{"s":"Zürich"}', 'latin1'), 'undecodable-answer'],
    [
      'left out, of a text that is no UTF-8',
      { 'content-type': 'text/plain' },
      Buffer.from('Zürich', 'latin1'),
      'undecodable-answer',
    ],
    [
      'left out, of no text at all',
      { 'content-type': 'image/png' },
      bytes(0x89, 0x50, 0x4e, 0x47, 0xff),
      'undecodable-answer',
    ],
    ['of half a character', typed('utf-16le'), Buffer.from(TEXT, 'utf16le').subarray(0, -1), 'undecodable-answer'],
  ])('%s fails the call', async (_, headers, body, reason) => {
    expect(await answerTo(headers, body)).toMatchObject({ kind: 'failure', reason });
  });
});

describe('the page of an answer that is no success changes nothing about its status', () => {
  test.each([
    ['too large', { 'content-type': 'text/html' }, Buffer.from('é'.repeat(5_000)), 'é'.repeat(999)],
    [
      'too large, by what is announced',
      { 'content-length': '10001' },
      Buffer.from(`x${'é'.repeat(5_000)}`),
      `x${'é'.repeat(999)}`,
    ],
    ['of an unknown coding', { 'content-encoding': 'compress' }, Buffer.from('x'), ''],
    ['of an unknown charset', { 'content-type': 'text/html; charset=klingon' }, Buffer.from('x'), ''],
    ['that is no text', {}, bytes(0xff), ''],
    ['that is a bomb', { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(1_000_000)), ''],
    ['that is coded', { 'content-encoding': 'gzip' }, gzipSync('busy'), 'busy'],
  ])('%s', async (_, headers, body, read) => {
    const options = { status: 503, maxResponseBytes: 1_999 };
    expect(await answerTo(headers, body, options)).toMatchObject({ kind: 'answer', httpStatus: 503, body: read });
  });
});
