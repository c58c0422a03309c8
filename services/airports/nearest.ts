import { around } from 'geokdbush';
import KDBush from 'kdbush';

/** A place on Earth in degrees: latitude -90 … 90, longitude -180 … 180. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
}

export interface Airport extends Place {
  readonly id: number;
  readonly code: string;
  readonly name: string;
}

export interface Nearest {
  readonly airport: Airport;
  /** Great-circle distance in kilometres, not rounded. */
  readonly km: number;
}

/** Mean radius of the Earth (IUGG R1). */
export const EARTH_RADIUS_KM = 6371.0088;

/** Distances closer than a millimetre count as equal: below that, rounding errors would decide. */
const TIE_KM = 1e-6;

const RADIANS = Math.PI / 180;

/** Great-circle distance by the haversine formula on a sphere of the Earth's mean radius, in kilometres. */
export function greatCircleKm(a: Place, b: Place): number {
  const sinLat = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const sinLon = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const h = sinLat * sinLat + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * sinLon * sinLon;
  // Rounding can push h past 1 for points opposite each other, where asin has no value.
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, h)));
}

/**
 * Indexes airports once and returns the lookup: the nearest airport by great-circle distance, not by degrees. Poles and
 * the antimeridian need no special case, as the index bounds distances on the sphere. Of airports equally near (within
 * a millimetre) the lowest id wins, so the answer doesn't depend on the index's inner order.
 * @throws {RangeError} when there are no airports
 */
export function nearestAirport(airports: readonly Airport[]): (place: Place) => Nearest {
  if (airports.length === 0) throw new RangeError('At least one airport is needed, received 0.');
  const index = new KDBush(airports.length);
  for (const { lon, lat } of airports) index.add(lon, lat);
  index.finish();

  return (place) => {
    // The search yields airports by distance; it widens for as long as the last one found might still be a tie.
    for (let wanted = 2; ; wanted *= 4) {
      const found = around(index, place.lon, place.lat, wanted).flatMap((position) => {
        const airport = airports[position];
        return airport ? [{ airport, km: greatCircleKm(place, airport) }] : [];
      });
      const limit = Math.min(...found.map(({ km }) => km)) + TIE_KM;
      const ties = found.filter(({ km }) => km <= limit);
      if (ties.length < wanted || found.length === airports.length) {
        return ties.reduce((best, other) => (other.airport.id < best.airport.id ? other : best));
      }
    }
  };
}
