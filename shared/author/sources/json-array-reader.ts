import type { Json } from '../../domain/json.ts';
import { SIZES } from '../../domain/limits.ts';
import { joined } from './joined.ts';
import { NOT_JSON, readRecord } from './json-record.ts';
import { type Found, type RecordReader, type Start, UnreadableError } from './records.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BREAK = 0x0a;

const isBlank = (byte: number) => byte === 0x20 || byte === 0x09 || byte === BREAK || byte === 0x0d;

/** What some programs write before everything else, to tell the order of bytes. */
const MARK = [0xef, 0xbb, 0xbf];

type State = 'before the array' | 'before the first' | 'before another' | 'within' | 'behind' | 'over';

/** What may stand there, besides blanks and, before elements, an element. */
const NEXT: Readonly<Record<State, Readonly<Partial<Record<number, State>>>>> = {
  'before the array': { [OPEN_LIST]: 'before the first' },
  'before the first': { [CLOSE_LIST]: 'over' },
  'before another': {},
  within: {},
  behind: { [COMMA]: 'before another', [CLOSE_LIST]: 'over' },
  over: {},
};

/** Reads the elements of one array, which is the whole file. Between them it is exact: nothing tells how a file that is no JSON goes on. */
export class JsonArrayReader implements RecordReader<Json> {
  readonly #decoder = new TextDecoder();
  #state: State;
  /** Bytes and line breaks of the file before what is read next. */
  #at: number;
  #breaks: number;
  /** The line in which the element begins, and what of it is read so far. */
  #line = 0;
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  /** Brackets of the element that are open, and whether it stands within a string, behind a backslash. */
  #depth = 0;
  #isText = false;
  #isEscaped = false;

  constructor({ byte, lines }: Start) {
    this.#state = byte === 0 ? 'before the array' : 'behind';
    this.#at = byte;
    this.#breaks = lines;
  }

  async feed(chunk: Uint8Array): Promise<readonly Found<Json>[]> {
    const found: Found<Json>[] = [];
    for (let at = this.#skipMark(chunk); at < chunk.length; ) {
      const end = this.#state === 'within' ? this.#element(chunk, at) : this.#between(chunk[at] ?? 0, at);
      this.#at += end - at;
      if (this.#state === 'behind' && this.#restBytes > 0) found.push(this.#found());
      at = end;
    }
    return found;
  }

  async end(): Promise<readonly Found<Json>[]> {
    if (this.#state !== 'over') throw new UnreadableError(this.#breaks + 1, 'ends the file within the array');
    return [];
  }

  /** The mark of byte order that some programs write; it may come in pieces. */
  #skipMark(chunk: Uint8Array): number {
    let at = 0;
    while (
      this.#state === 'before the array' &&
      this.#at < MARK.length &&
      at < chunk.length &&
      chunk[at] === MARK[this.#at]
    ) {
      this.#at++;
      at++;
    }
    return at;
  }

  /** Takes a byte outside of elements, or none where it begins one. @returns the place behind */
  #between(byte: number, at: number): number {
    if (isBlank(byte)) {
      if (byte === BREAK) this.#breaks++;
      return at + 1;
    }
    const next = NEXT[this.#state][byte];
    if (next) {
      this.#state = next;
      return at + 1;
    }
    const line = this.#breaks + 1;
    if (this.#state === 'before the array')
      throw new UnreadableError(
        line,
        'does not begin an array, which holds the items (with document: true each file is one item)',
      );
    const isElement = this.#state === 'before the first' || this.#state === 'before another';
    if (!isElement || ENDS.includes(byte)) throw new UnreadableError(line, NOT_JSON);
    this.#state = 'within';
    this.#line = line;
    return at;
  }

  /** Takes what of an element is in a chunk. @returns the place behind */
  #element(chunk: Uint8Array, from: number): number {
    let at = from;
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === BACKSLASH) this.#isEscaped = true;
        else if (byte === QUOTE) this.#isText = false;
      } else if (byte === QUOTE) this.#isText = true;
      else if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.#depth++;
      else if (this.#depth > 0) {
        if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.#depth--;
      } else if (ENDS.includes(byte)) {
        this.#state = 'behind';
        break;
      }
      if (byte === BREAK) this.#breaks++;
    }
    // A copy, as who feeds may use the chunk again.
    this.#rest.push(this.#state === 'behind' ? chunk.subarray(from, at) : chunk.slice(from, at));
    this.#restBytes += at - from;
    if (this.#restBytes > SIZES.jsonBytes)
      throw new UnreadableError(this.#line, `begins an item of more than ${SIZES.jsonBytes} bytes`);
    return at;
  }

  #found(): Found<Json> {
    const text = this.#decoder.decode(joined(this.#rest));
    this.#rest = [];
    this.#restBytes = 0;
    const read = readRecord(text);
    // Its brackets may be wrong too: what looks like the next element could be any part of the file.
    if ('problem' in read && read.problem === NOT_JSON) throw new UnreadableError(this.#line, NOT_JSON);
    return { ...read, line: this.#line, lines: this.#breaks, end: this.#at };
  }
}

const ENDS = [COMMA, CLOSE_LIST, CLOSE_OBJECT];
