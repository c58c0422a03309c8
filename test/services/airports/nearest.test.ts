import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadCities } from '../../../pipelines/airport-access/cities.ts';
import { AIRPORTS } from '../../../services/airports/airports.ts';
import { type Airport, greatCircleKm, nearestAirport, type Place } from '../../../services/airports/nearest.ts';
import { angleKm, seeded } from './sphere.ts';

const nearest = nearestAirport(AIRPORTS);

const bruteForceKm = (place: Place, airports: readonly Airport[] = AIRPORTS): number =>
  airports.reduce((least, airport) => Math.min(least, angleKm(place, airport)), Number.POSITIVE_INFINITY);

const airport = (id: number, lat: number, lon: number): Airport => ({
  id,
  code: `A${id}`,
  name: `Airport ${id}`,
  lat,
  lon,
});

test('the data is what the docs say: 7,184 airports, each with a code', () => {
  expect(AIRPORTS).toHaveLength(7_184);
  expect(new Set(AIRPORTS.map(({ code }) => code)).size).toBe(7_184);
  expect(AIRPORTS.filter(({ code }) => !/^[A-Z0-9]{3,4}$/.test(code))).toEqual([]);
});

test('200 random cities get the airport that brute force over all airports finds', async () => {
  const cities = await loadCities();
  const random = seeded(20_261_101);
  for (let i = 0; i < 200; i++) {
    const city = cities[Math.floor(random() * cities.length)];
    if (!city) throw new Error('No city.');
    const least = AIRPORTS.reduce((best, other) => (angleKm(city, other) < angleKm(city, best) ? other : best));
    expect(nearest(city).airport, city.city).toEqual(least);
    expect(nearest(city).km).toBeCloseTo(angleKm(city, least), 6);
  }
});

test('a code is the IATA one where there is one, otherwise the ICAO one', () => {
  const code = (id: number) => AIRPORTS.find((one) => one.id === id)?.code;
  expect([1, 11_293, 12_057].map(code)).toEqual(['GKA', 'SVFM', 'ZYYY']);
});

describe('places where degrees mislead', () => {
  test.each<[string, Place]>([
    ['the north pole', { lat: 90, lon: 0 }],
    ['the north pole by another meridian', { lat: 90, lon: 123.4 }],
    ['the south pole', { lat: -90, lon: 77 }],
    ['near the north pole, opposite the nearest airport', { lat: 89.5, lon: 117 }],
    ['the antimeridian from the west', { lat: -16.5, lon: 180 }],
    ['the antimeridian from the east', { lat: -16.5, lon: -180 }],
    ['the antimeridian at the equator', { lat: 0, lon: 180 }],
    ['the antimeridian in the Arctic', { lat: 71, lon: -179.99 }],
    ['the origin', { lat: 0, lon: 0 }],
  ])('%s', (_, place) => {
    expect(nearest(place).km).toBeCloseTo(bruteForceKm(place), 6);
  });

  test('+180° and -180° are one meridian', () => {
    const [east, west] = [nearest({ lat: 52, lon: 180 }), nearest({ lat: 52, lon: -180 })];
    expect(east.airport).toBe(west.airport);
    expect(east.km).toBeCloseTo(west.km, 6);
  });

  test('an airport across the antimeridian beats one on this side', () => {
    const across = airport(2, 0, -179.9);
    expect(nearestAirport([airport(1, 0, 175), across])({ lat: 0, lon: 179.9 }).airport).toBe(across);
  });

  test('an airport across the pole beats one on the same meridian', () => {
    const across = airport(2, 88, 180);
    expect(nearestAirport([airport(1, 70, 0), across])({ lat: 88, lon: 0 }).airport).toBe(across);
  });

  test('at the south pole it is the airport of the south pole, 0 km away', () => {
    const { airport: found, km } = nearest({ lat: -90, lon: 12 });
    expect(found.code).toBe('NZSP');
    expect(km).toBeCloseTo(0, 9);
  });
});

describe('ties', () => {
  test('the lowest id wins, wherever it stands', () => {
    const both = [airport(7, 10, 5), airport(3, 10, -5)];
    expect(nearestAirport(both)({ lat: 10, lon: 0 }).airport.id).toBe(3);
    expect(nearestAirport(both.toReversed())({ lat: 10, lon: 0 }).airport.id).toBe(3);
  });

  test('many equally near airports around a pole: still the lowest id', () => {
    const ring = Array.from({ length: 300 }, (_, i) => airport((i * 7) % 300, 80, -180 + i * 1.2));
    expect(nearestAirport([...ring, airport(999, 70, 0)])({ lat: 90, lon: 0 }).airport.id).toBe(0);
  });

  test('a metre is not a tie', () => {
    const [near, far] = [airport(9, 0, 1), airport(1, 0, -1.000_01)];
    expect(nearestAirport([near, far])({ lat: 0, lon: 0 }).airport.id).toBe(9);
  });
});

test('any airports, any place: as near as brute force finds, whatever the order of the airports', () => {
  const place = fc.record({
    lat: fc.oneof(fc.double({ min: -90, max: 90, noNaN: true }), fc.constantFrom(-90, 90, 0)),
    lon: fc.oneof(fc.double({ min: -180, max: 180, noNaN: true }), fc.constantFrom(-180, 180, 0)),
  });
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 200 }), place, (places, from) => {
      const airports = places.map(({ lat, lon }, id) => airport(id, lat, lon));
      const found = nearestAirport(airports)(from);
      expect(Math.abs(found.km - bruteForceKm(from, airports))).toBeLessThan(1e-3);
      expect(Math.abs(found.km - greatCircleKm(from, found.airport))).toBe(0);
      expect(nearestAirport(airports.toReversed())(from).km).toBeCloseTo(found.km, 5);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('no airports are refused when the index is built, not when it is asked', () => {
  expect(() => nearestAirport([])).toThrow('At least one airport is needed, received 0.');
});
