import { ObjectNotFoundError } from '../shared/domain/errors.ts';
import { S3 } from '../shared/domain/limits.ts';
import type { LinkedObjects, NewestCopy } from '../shared/ports/objects.ts';
import { Meter } from './meter.ts';
import type { VirtualClock } from './virtual-clock.ts';

const CHUNK = 65_536;

export interface MemoryObjectsOptions {
  readonly meter?: Meter;
  /** Stands still while a stream is read: its compression runs on real threads. */
  readonly clock?: VirtualClock;
}

/** Files in memory. */
export class MemoryObjects implements LinkedObjects {
  readonly #objects = new Map<string, Uint8Array>();
  /** Of copies, by their keys. */
  readonly #orders = new Map<string, string>();
  readonly #meter: Meter;
  readonly #clock: VirtualClock | undefined;

  constructor({ meter = new Meter(), clock }: MemoryObjectsOptions = {}) {
    this.#meter = meter;
    this.#clock = clock;
  }

  /** Sorted; to look at, not part of the port. */
  keys(): string[] {
    return [...this.#objects.keys()].sort();
  }

  async put(key: string, body: Uint8Array | string, _contentType?: string): Promise<void> {
    this.#meter.request('objects.put');
    this.#objects.set(key, typeof body === 'string' ? new TextEncoder().encode(body) : Uint8Array.from(body));
  }

  /** Nobody can look into memory. */
  async place(): Promise<null> {
    return null;
  }

  async putStream(key: string, body: AsyncIterable<Uint8Array>, _contentType?: string): Promise<{ bytes: number }> {
    const reading = collect(body);
    const whole = await (this.#clock ? this.#clock.hold(reading) : reading);
    // One request where it fits one part; else one each to open and close it besides its parts.
    const parts = Math.ceil(whole.length / S3.minPartBytes);
    this.#meter.request('objects.putStream', parts <= 1 ? 1 : parts + 2);
    this.#objects.set(key, whole);
    return { bytes: whole.length };
  }

  async copyNewest(from: string, { to, order }: NewestCopy): Promise<boolean> {
    if ((this.#orders.get(to) ?? '') > order) return false;
    this.#objects.set(to, this.#read('objects.copyNewest', from));
    this.#orders.set(to, order);
    return true;
  }

  async get(key: string, range?: { readonly from: number; readonly to: number }): Promise<Uint8Array> {
    return this.#read('objects.get', key).slice(range?.from, range?.to);
  }

  async stream(key: string): Promise<AsyncIterable<Uint8Array>> {
    return chunks(this.#read('objects.stream', key));
  }

  async link(key: string, seconds: number): Promise<string> {
    return `https://objects.example.com/${key}?seconds=${seconds}`;
  }

  #read(name: string, key: string): Uint8Array {
    this.#meter.request(name);
    const object = this.#objects.get(key);
    if (!object) throw new ObjectNotFoundError(key);
    return object;
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  // Copied at once: a writer may use its buffer again.
  for await (const chunk of body) read.push(Uint8Array.from(chunk));
  return Uint8Array.from(Buffer.concat(read));
}

async function* chunks(object: Uint8Array): AsyncIterable<Uint8Array> {
  for (let from = 0; from < object.length; from += CHUNK) yield object.slice(from, from + CHUNK);
}
