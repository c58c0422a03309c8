import { type Held, isPacked, mustSpill } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';
import type { Random } from '../ports/clock.ts';
import type { ObjectWriter } from '../ports/objects.ts';
import { hold, holdHere } from './spill.ts';

/** A pack ends before it comes to this: one request to S3 stores it. */
const PACK_BYTES = 8 * 1_048_576;

/**
 * A child's result as its outcome holds it: the value itself, or a pointer to where a large one is. At once where it is small, as nearly all
 * are: a promise for each costs more than the rest.
 * @param text its JSON
 */
export type HoldResult = (id: string, text: string, value: Json) => Held | Promise<Held>;

interface Stores {
  readonly objects: ObjectWriter;
  readonly random: Pick<Random, 'id'>;
}

const keyOf = ({ random }: Stores, run: string, id: string, extension: string) =>
  `${run}/results/${id}.${random.id()}.${extension}`;

/** Each large result in an object of its own, which is stored by then. */
export function holdApart(stores: Stores, run: string): HoldResult {
  return (id, text, value) =>
    holdHere(text, value)?.held ??
    hold(stores.objects, () => keyOf(stores, run, id, 'json'), text, value).then(({ held }) => held);
}

/** Results that share an object, a line of JSON each. */
interface Pack {
  readonly key: string;
  readonly lines: Buffer[];
  bytes: number;
}

/**
 * The large results of children that are called together, packed in few objects: one for a message, unless they come to more than 8 MiB. At most
 * one pack is on its way to the store while the next one fills; a result that finds both full waits. So a forwarder that dies leaves a pack or
 * two that nobody points to, which expire with the run's other objects.
 */
export class ResultPack {
  readonly #stores: Stores;
  readonly #run: string;
  readonly #limit: number;
  /** What it gives is provisional until its pack is stored: {@link storedAs}. */
  readonly hold: HoldResult;
  /** Packs that hold one result: pointed to without a place, as every release reads it. */
  readonly #alone = new Set<string>();
  readonly #stored = new Set<string>();
  readonly #errors: unknown[] = [];
  #filling: Pack | null = null;
  #storing: Promise<void> = Promise.resolve();

  /** @param isShared false: each result is stored by itself, at once */
  constructor(stores: Stores, run: string, isShared: boolean, limit = PACK_BYTES) {
    this.#stores = stores;
    this.#run = run;
    this.#limit = limit;
    this.hold = isShared ? (id, text, value) => this.#hold(id, text, value) : holdApart(stores, run);
  }

  #hold(id: string, text: string, value: Json): Held | Promise<Held> {
    return mustSpill(value, Buffer.byteLength(text)) ? this.#pack(id, text) : value;
  }

  async #pack(id: string, text: string): Promise<Held> {
    const line = Buffer.from(`${text}\n`);
    while (this.#filling && this.#filling.bytes + line.length > this.#limit) await this.#storeFull(this.#filling);
    this.#filling ??= { key: keyOf(this.#stores, this.#run, id, 'jsonl'), lines: [], bytes: 0 };
    const { key, bytes: from, lines } = this.#filling;
    lines.push(line);
    this.#filling.bytes += line.length;
    return { $object: key, from, to: from + line.length - 1 };
  }

  /** Stores what is held so far; gives the errors of packs that are not stored. To be called before what is held is told to anybody. */
  async end(): Promise<readonly unknown[]> {
    while (this.#filling) await this.#storeFull(this.#filling);
    await this.#storing;
    return this.#errors;
  }

  /** What an outcome says of a result; undefined where its pack is not stored. */
  storedAs(held: Held): Held | undefined {
    if (!isPacked(held)) return held;
    if (!this.#stored.has(held.$object)) return undefined;
    return this.#alone.has(held.$object) ? { $object: held.$object } : held;
  }

  /** Waits for the pack before it, and begins to store this one, unless another has done so meanwhile. */
  async #storeFull(pack: Pack): Promise<void> {
    await this.#storing;
    if (this.#filling !== pack) return;
    this.#filling = null;
    this.#storing = this.#store(pack);
  }

  async #store({ key, lines, bytes }: Pack): Promise<void> {
    if (lines.length === 1) this.#alone.add(key);
    try {
      await this.#stores.objects.put(key, Buffer.concat(lines, bytes), 'application/jsonl');
      this.#stored.add(key);
    } catch (error) {
      this.#errors.push(error);
    }
  }
}
