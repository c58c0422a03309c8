import { definePipeline, jsonLines, list, mergeFiles, parquet } from 'microprocess';

interface Office {
  readonly name: string;
  readonly country: string;
  readonly lat: number;
}
interface Answer {
  readonly airport: { readonly km: number };
  readonly csv: string;
}

export default definePipeline({
  name: 'office-files',
  source: list((): Office[] => [{ name: 'Wien', country: 'AT', lat: 48.21 }]),
  endpoint: { service: 'airports', path: '/nearest' },
  outputs: {
    rows: jsonLines({ gzip: true }),
    distances: parquet<Office, Answer>({
      columns: { name: 'string', lat: 'double', km: { type: 'double', of: ({ result }) => result?.airport.km } },
      partitionBy: 'country',
    }),
    merged: mergeFiles<Office, Answer>({ of: 'csv', header: 'name,km\n', extension: 'csv', contentType: 'text/csv' }),
  },
});
