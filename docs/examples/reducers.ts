import { combineReducers, groupBy, statistics, topK } from 'microprocess';

interface City {
  readonly city: string;
  readonly country: string;
}
interface Answer {
  readonly trip: { readonly km: number; readonly airport: string };
  readonly price: number;
}

export const trips = combineReducers({
  all: statistics<City, Answer>({
    values: { km: { unit: 'km', of: ({ result }) => result?.trip.km }, price: 'price' },
    label: 'city',
  }),
  countries: groupBy('country', statistics<City, Answer>({ value: 'price' })),
  cheapest: topK<City, Answer>({ by: 'price', order: 'lowest', show: ['city', 'country'] }),
});
