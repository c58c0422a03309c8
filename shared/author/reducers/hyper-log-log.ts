/** Bits of a register's number: 2 to the power of as many registers. */
type Precision = 10 | 14;

/** A register's value as a character: of 64-bit hashes it is 55 at most. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_';

/**
 * How many different hashes there were, about: HyperLogLog (Flajolet, Fusy, Gandouet, Meunier: 2007) with Ertl's estimator (2017), which
 * needs no table of corrections. Two merge by the larger of each register, so neither order nor grouping nor repetition changes it.
 */
export class HyperLogLog {
  readonly #precision: Precision;
  readonly #registers: Uint8Array;

  constructor(precision: Precision) {
    this.#precision = precision;
    this.#registers = new Uint8Array(2 ** precision);
  }

  /** @param hash 64 bits in two halves; evenly spread ones aren't asked for */
  add([high, low]: readonly [number, number]): void {
    const first = mixed(high ^ Math.imul(low, 0x9e3779b1));
    const second = mixed(low ^ first);
    const register = first >>> (32 - this.#precision);
    // The bits behind the register's number, then those of the other half: the place of the first one that is set.
    const rest = (first << this.#precision) >>> 0;
    const zeros = rest === 0 ? 32 - this.#precision + Math.clz32(second) : Math.clz32(rest);
    this.#raise(register, zeros + 1);
  }

  /** Adds what `toJSON` gave. Throws TypeError where it isn't that. */
  merge(text: string): void {
    if (text.length !== this.#registers.length)
      throw new TypeError(`Registers must be ${this.#registers.length} characters, received ${text.length}.`);
    for (let i = 0; i < text.length; i++) {
      const value = DIGITS.indexOf(text.charAt(i));
      if (value < 0)
        throw new TypeError(`A register must be one of ${DIGITS}, received ${JSON.stringify(text.charAt(i))}.`);
      this.#raise(i, value);
    }
  }

  toJSON(): string {
    return [...this.#registers].map((value) => DIGITS.charAt(value)).join('');
  }

  estimate(): number {
    const size = this.#registers.length;
    const most = 64 - this.#precision;
    const counts = new Array<number>(most + 2).fill(0);
    for (const value of this.#registers) counts[value] = (counts[value] ?? 0) + 1;
    let z = size * full(1 - (counts[most + 1] ?? 0) / size);
    for (let value = most; value >= 1; value--) z = (z + (counts[value] ?? 0)) / 2;
    z += size * empty((counts[0] ?? 0) / size);
    return (size * size) / (2 * Math.LN2 * z);
  }

  #raise(register: number, value: number): void {
    if (value > (this.#registers[register] ?? 0)) this.#registers[register] = value;
  }
}

/** What registers without a hash add, being a share `x` of all (Ertl's σ). */
function empty(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let [sum, weight, power] = [x, 1, x];
  for (let before = Number.NaN; before !== sum; ) {
    before = sum;
    power *= power;
    sum += power * weight;
    weight *= 2;
  }
  return sum;
}

/** What registers that can rise no more add, all but a share `x` of them being so (Ertl's τ). */
function full(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [sum, weight, root] = [1 - x, 1, x];
  for (let before = Number.NaN; before !== sum; ) {
    before = sum;
    root = Math.sqrt(root);
    weight /= 2;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}

/** 32 bits of which each depends on all given: two rounds of shifts and odd factors. */
function mixed(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
