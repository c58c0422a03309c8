import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type City, cities, loadCities, params } from '../../../pipelines/airport-access/cities.ts';
import type { SourcedItem } from '../../../shared/author/source.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { sourced } from '../../contracts/source.contract.ts';

type Wanted = Parameters<typeof params.parse>[0];

const context = (wanted: Wanted = {}, limit?: number) => ({ params: params.parse(wanted), limit });

async function plan(wanted?: Wanted, limit?: number): Promise<readonly Json[]> {
  return (await cities.plan?.(context(wanted, limit))) ?? [];
}

async function read(range: Json, cursor: Json = null, wanted?: Wanted): Promise<SourcedItem<City>[]> {
  const items: SourcedItem<City>[] = [];
  for await (const given of cities.read({ ...context(wanted), range, cursor })) items.push(sourced(given));
  return items;
}

async function readAll(wanted?: Wanted, limit?: number): Promise<City[]> {
  const slices = await Promise.all((await plan(wanted, limit)).map((range) => read(range, null, wanted)));
  return slices.flat().map(({ item }) => item);
}

test('135,233 cities, each once, as the package has them', async () => {
  const all = await loadCities();
  expect(all).toHaveLength(135_233);
  expect(new Set(all.map(({ id }) => id)).size).toBe(135_233);
  expect(all[0]).toEqual({
    id: 3_039_154,
    city: 'El Tarter',
    country: 'AD',
    population: 1052,
    lat: 42.57952,
    lon: 1.65362,
  });
  for (const { lat, lon, population } of all) {
    if (Math.abs(lat) > 90 || Math.abs(lon) > 180 || !Number.isInteger(population)) throw new Error(`${lat} ${lon}`);
  }
});

test('the list is made once per process and shared', async () => {
  expect(await loadCities()).toBe(await loadCities());
});

test('slices cover the list in order, without a gap or an overlap', async () => {
  expect(await plan()).toEqual([
    [0, 50_000],
    [50_000, 100_000],
    [100_000, 135_233],
  ]);
  const digest = (items: readonly City[]) => createHash('sha256').update(JSON.stringify(items)).digest('hex');
  expect(digest(await readAll())).toBe(digest(await loadCities()));
});

test('reading on behind any cursor gives what reading at once gives', async () => {
  const range = [49_990, 50_010];
  const whole = await read(range);
  expect(whole).toHaveLength(20);
  for (const [i, { cursor }] of whole.entries()) expect(await read(range, cursor)).toEqual(whole.slice(i + 1));
});

describe('parameters', () => {
  test('a limit takes the first ones', async () => {
    expect(await readAll({}, 2_000)).toEqual((await loadCities()).slice(0, 2_000));
    expect(await plan({}, 0)).toEqual([]);
  });

  test('country and least population choose cities, in the same order', async () => {
    const wanted = { country: 'AU', minPopulation: 100_000 };
    const chosen = await readAll(wanted);
    expect(chosen.map(({ city }) => city)).toContain('Sydney');
    expect(chosen).toEqual((await loadCities()).filter((c) => c.country === 'AU' && c.population >= 100_000));
    expect((await readAll({ country: 'AD', minPopulation: 1052 })).map(({ city }) => city)).toContain('El Tarter');
    expect((await readAll({ country: 'AD', minPopulation: 1053 })).map(({ city }) => city)).not.toContain('El Tarter');
    expect(await readAll(wanted, 3)).toEqual(chosen.slice(0, 3));
    expect((await readAll({ minPopulation: 10_000_000 })).every((c) => c.population >= 10_000_000)).toBe(true);
  });

  test('a country without cities is an empty run, not an error', async () => {
    expect(await plan({ country: 'AQ', minPopulation: 1_000_000 })).toEqual([]);
  });

  test.each([
    ['a country in words', { country: 'Australia' }, 'country', 'two-letter'],
    ['a country in small letters', { country: 'au' }, 'country', 'two-letter'],
    ['a negative population', { minPopulation: -1 }, 'minPopulation', '>=0'],
    ['half a person', { minPopulation: 1.5 }, 'minPopulation', 'int'],
    ['a number as text', { minPopulation: '5000' }, 'minPopulation', 'number'],
    ['an unknown parameter', { contry: 'AU' }, '', 'contry'],
  ])('refuses %s', (_, wanted, path, message) => {
    const issues = params.safeParse(wanted).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    expect(issues[0]?.message).toContain(message);
  });
});
