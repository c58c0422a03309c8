declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** DynamoDB on LevelDB; see its readme for the options. */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
