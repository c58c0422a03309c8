import { SeededRandom } from '../testing/seeded-random.ts';

/** One child's input: 100 bytes of JSON, give or take ten. */
export interface Item {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly revenue: number;
  readonly since: string;
}

/** What the service answers: 80 bytes of JSON, give or take five. */
export interface Result {
  readonly score: number;
  readonly band: string;
  readonly limit: number;
  readonly checked: string;
  readonly ref: string;
}

// Words and numbers as records of companies have them: compressible as such records are, by their keys and not by repetition.
const FIRST = words(
  'Amber Arctic Birch Blue Bright Cedar Coastal Copper Crown Delta Eastern Falcon First Golden Granite Green Harbour Iron Island Jade Lakeside Lunar Maple Meridian Mountain Noble Northern Oak Ocean Orchid Pacific Pioneer Prime River Royal Silver Southern Summit Valley Western',
);
const SECOND = words(
  'Analytics Bakery Brewing Builders Cabling Capital Carriers Catering Ceramics Clinics Dairy Dental Energy Fabrics Farming Fisheries Foods Forestry Freight Glass Holdings Imaging Joinery Labs Leasing Logistics Marine Media Metals Mining Motors Optics Papers Pharma Plumbing Printing Robotics Seeds Textiles Timber Tools Trading',
);
const FORMS = words('AB BV GmbH Inc KG Ltd LLC NV Oy Pty SA SpA');
const COUNTRIES = words('AU AT BE BR CA CH DE DK ES FI FR GB IE IN IT JP NL NO NZ PL PT SE SG US ZA');
const BANDS = words('A1 A2 B1 B2 C1 C2 D1 E1');

/** @returns the first `count` of an endless list that `seed` fixes. */
export function makeItems(count: number, seed = 1): Item[] {
  const random = new SeededRandom(seed);
  const pick = picker(random);
  return Array.from({ length: count }, () => ({
    id: 10_000_000 + random.integer(89_999_999),
    name: `${pick(FIRST)} ${pick(SECOND)} ${pick(FORMS)}`,
    country: pick(COUNTRIES),
    revenue: Math.round(random.next() * 1e8) / 100,
    since: date(random, 1970, 55),
  }));
}

/** @returns `count` different answers; see {@link makeItems}. */
export function makeResults(count: number, seed = 2): Result[] {
  const random = new SeededRandom(seed);
  const pick = picker(random);
  return Array.from({ length: count }, () => ({
    score: Math.round(random.next() * 100_000) / 100,
    band: pick(BANDS),
    limit: random.integer(1_000_000),
    checked: date(random, 2025, 2),
    ref: random.integer(36 ** 7).toString(36),
  }));
}

function words(text: string): readonly string[] {
  return text.split(' ');
}

function picker(random: SeededRandom): (from: readonly string[]) => string {
  return (from) => from[random.integer(from.length)] ?? '';
}

function date(random: SeededRandom, firstYear: number, years: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const year = firstYear + random.integer(years);
  return `${year}-${two(1 + random.integer(12))}-${two(1 + random.integer(28))}`;
}
