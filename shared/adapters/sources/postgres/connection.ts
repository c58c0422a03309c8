import * as z from 'zod';
import { SourceDataError } from '../../../domain/errors.ts';

/** Where a database is, and who reads it. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** As RDS keeps it in Secrets Manager; a secret that RDS manages by itself names no host and no database. */
const rdsSecret = z.object({
  username: z.string(),
  password: z.string(),
  host: z.string().optional(),
  port: z.coerce.number().optional(),
  dbname: z.string().optional(),
});

/**
 * What a secret says, and where it says nothing what the definition does.
 * @param secret `postgres://user:password@host:port/database`, or RDS's JSON
 * @throws {SourceDataError} for one that is neither, or misses something
 */
export function connectionIn(
  secret: string,
  known: {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
    readonly database?: string | undefined;
  },
): Connection {
  const said = secret.trim().startsWith('{') ? inJson(secret) : inUrl(secret.trim());
  const { user, password } = said;
  const host = known.host ?? said.host;
  const database = known.database ?? said.database;
  if (!host) throw new SourceDataError("The database's secret names no host; say `host`.");
  if (!database) throw new SourceDataError("The database's secret names no database; say `database`.");
  return { host, port: known.port ?? said.port ?? 5432, user, password, database };
}

interface Said extends Pick<Connection, 'user' | 'password'> {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly database?: string | undefined;
}

function inJson(secret: string): Said {
  try {
    const { username: user, dbname: database, ...rest } = rdsSecret.parse(JSON.parse(secret));
    return { user, database, ...rest };
  } catch {
    // Neither zod's words nor JSON's are said: they quote.
    throw new SourceDataError("The database's secret is JSON without `username` and `password`.");
  }
}

/** Parameters are not looked at: none may switch TLS off. */
function inUrl(secret: string): Said {
  if (!/^postgres(?:ql)?:\/\//.test(secret) || !URL.canParse(secret))
    throw new SourceDataError("The database's secret is no postgres://user:password@host:port/database, and no JSON.");
  const { hostname, port, username, password, pathname } = new URL(secret);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    ...(port !== '' && { port: Number(port) }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}
