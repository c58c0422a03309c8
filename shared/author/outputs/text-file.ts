import type { Row } from '../../domain/row.ts';
import type { OutputFile } from '../output.ts';

const encoder = new TextEncoder();

/** A file of text, a piece for each row. */
export class TextFile<I, R> implements OutputFile<I, R> {
  readonly #textOf: (row: Row<I, R>) => string | null;
  #pieces: string[];
  /** UTF-16 units, which is near enough. */
  held = 0;

  /**
   * @param textOf of a row; null where it has none
   * @param header stands at the file's start
   */
  constructor(textOf: (row: Row<I, R>) => string | null, header = '') {
    this.#textOf = textOf;
    this.#pieces = [header];
  }

  add(row: Row<I, R>): void {
    const text = this.#textOf(row);
    if (text === null) return;
    this.#pieces.push(text);
    this.held += text.length;
  }

  take(): Uint8Array {
    const bytes = encoder.encode(this.#pieces.join(''));
    this.#pieces = [];
    this.held = 0;
    return bytes;
  }

  end(): Uint8Array {
    return this.take();
  }
}
