/**
 * Stands in for `node:sqlite`, which Node 20 lacks and fauxqs imports at its top though only its `dataDir` option, not
 * used here, needs it.
 */
export class DatabaseSync {
  constructor() {
    throw new Error('The embedded emulators keep no SQLite database: fauxqs was started with dataDir.');
  }
}
