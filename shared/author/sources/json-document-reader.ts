import type { Json } from '../../domain/json.ts';
import { SIZES } from '../../domain/limits.ts';
import { joined } from './joined.ts';
import { readRecord } from './json-record.ts';
import type { Found, RecordReader, Start } from './records.ts';

const BREAK = 0x0a;

/** Reads a file that is one value, written over as many lines as it likes. */
export class JsonDocumentReader implements RecordReader<Json> {
  readonly #isBehind: boolean;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #breaks = 0;

  constructor({ byte }: Start) {
    this.#isBehind = byte > 0;
  }

  async feed(chunk: Uint8Array): Promise<readonly Found<Json>[]> {
    this.#bytes += chunk.length;
    for (let at = chunk.indexOf(BREAK); at !== -1; at = chunk.indexOf(BREAK, at + 1)) this.#breaks++;
    // Of one that is too long only the end is looked for. A copy, as who feeds may use the chunk again.
    if (this.#bytes > SIZES.jsonBytes) this.#pieces = [];
    else this.#pieces.push(chunk.slice());
    return [];
  }

  async end(): Promise<readonly Found<Json>[]> {
    if (this.#isBehind) return [];
    // No byte is behind a file of none.
    const place = { end: this.#bytes === 0 ? null : this.#bytes, line: null, lines: this.#breaks };
    if (this.#bytes > SIZES.jsonBytes)
      return [{ ...place, problem: `is an item of more than ${SIZES.jsonBytes} bytes` }];
    // The decoder leaves out the mark of byte order that some programs write before everything else.
    const text = new TextDecoder().decode(joined(this.#pieces));
    return [{ ...place, ...readRecord(text) }];
  }
}
