import type { Json } from '../../domain/json.ts';
import { SIZES } from '../../domain/limits.ts';
import { joined } from './joined.ts';
import { readRecord } from './json-record.ts';
import { type Found, type RecordReader, type Start, UnreadableError } from './records.ts';

const BREAK = 0x0a;

/** Reads a value from each line. Lines of white space alone are none. */
export class JsonLinesReader implements RecordReader<Json> {
  readonly #decoder = new TextDecoder();
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #end: number;
  #lines: number;

  constructor({ byte, lines }: Start) {
    this.#end = byte;
    this.#lines = lines;
  }

  async feed(chunk: Uint8Array): Promise<readonly Found<Json>[]> {
    const found: Found<Json>[] = [];
    let from = 0;
    for (let at = chunk.indexOf(BREAK); at !== -1; at = chunk.indexOf(BREAK, from)) {
      this.#keep(chunk.subarray(from, at));
      this.#line(found, 1);
      from = at + 1;
    }
    // A copy, as who feeds may use the chunk again.
    if (from < chunk.length) this.#keep(chunk.slice(from));
    return found;
  }

  async end(): Promise<readonly Found<Json>[]> {
    const found: Found<Json>[] = [];
    if (this.#restBytes > 0) this.#line(found, 0);
    return found;
  }

  #keep(bytes: Uint8Array): void {
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
    if (this.#restBytes > SIZES.jsonBytes)
      throw new UnreadableError(this.#lines + 1, `is longer than ${SIZES.jsonBytes} bytes`);
  }

  #line(found: Found<Json>[], breakBytes: number): void {
    const bytes = joined(this.#rest);
    this.#end += this.#restBytes + breakBytes;
    this.#lines++;
    this.#rest = [];
    this.#restBytes = 0;
    // The decoder leaves out the mark of byte order that some programs write before the first line.
    const text = this.#decoder.decode(bytes);
    if (text.trim() === '') return;
    const place = { end: this.#end, line: this.#lines, lines: this.#lines };
    found.push({ ...place, ...readRecord(text) });
  }
}
