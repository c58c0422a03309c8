import type { Objects } from '../ports/objects.ts';

/** Bytes held of an object that is being made: most are stored with one request. */
const HELD_BYTES = 16 * 1_048_576;

/**
 * An object on its way to storage, piece by piece: held while it is small, and written as it comes from then on. Adding waits for
 * the store, so that memory stays bounded however long the object is.
 */
export class ObjectDraft {
  readonly #store: (pieces: AsyncIterable<Uint8Array>) => Promise<unknown>;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #end: 'ended' | { readonly error: unknown } | null = null;
  #stored: Promise<unknown> | null = null;
  #change = nextChange();

  constructor(objects: Objects, key: string, contentType: string, disposition?: string) {
    this.#store = (pieces) => objects.putStream(key, pieces, contentType, disposition);
  }

  /** @throws what the store throws */
  async add(piece: Uint8Array): Promise<void> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#changed();
    while (this.#bytes > HELD_BYTES) await Promise.race([this.#change.happened, this.#begun()]);
  }

  /** Resolves when all of it is stored. */
  async end(): Promise<void> {
    this.#end = 'ended';
    this.#changed();
    await this.#begun();
  }

  /** Breaks the upload off, which leaves no object unless it had ended; waits until nothing of it is under way. */
  async abort(error: unknown): Promise<void> {
    this.#end = { error };
    this.#changed();
    await this.#stored?.catch(() => undefined);
  }

  #begun(): Promise<unknown> {
    if (this.#stored) return this.#stored;
    const stored = this.#store(this.#read());
    // The next add or the end awaits it; until then a rejection must not count as unhandled.
    stored.catch(() => undefined);
    this.#stored = stored;
    return stored;
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (typeof this.#end === 'object' && this.#end !== null) throw this.#end.error;
      const piece = this.#pieces.shift();
      if (piece) {
        this.#bytes -= piece.length;
        this.#changed();
        yield piece;
      } else if (this.#end === 'ended') return;
      else await this.#change.happened;
    }
  }

  #changed(): void {
    this.#change.happen();
    this.#change = nextChange();
  }
}

function nextChange(): { readonly happened: Promise<void>; readonly happen: () => void } {
  let happen = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happened, happen };
}
