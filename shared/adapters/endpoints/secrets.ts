/** Where a pipeline's secrets come from: gives one by its name. */
export type FetchSecret = (name: string) => Promise<string>;

/** How long one is used before it is fetched again: a rotation needs no deployment. */
const KEPT_MS = 5 * 60_000;
/** A service that refuses every call must not have the secret fetched with each. */
const RENEWED_MS = 10_000;

/** Secrets by name, fetched when they are first needed, and kept for five minutes. */
export class Secrets {
  readonly #fetch: FetchSecret;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly at: number; readonly value: Promise<string> }>();

  constructor(fetch: FetchSecret, now: () => number = Date.now) {
    this.#fetch = fetch;
    this.#now = now;
  }

  read(name: string): Promise<string> {
    const known = this.#known.get(name);
    return known && this.#now() - known.at < KEPT_MS ? known.value : this.#readAnew(name);
  }

  /** Fetches one that a service refused; gives whether it is another now. */
  async renew(name: string): Promise<boolean> {
    const known = this.#known.get(name);
    // Another call was refused by the same one, and has fetched it meanwhile.
    if (known && this.#now() - known.at < RENEWED_MS) return false;
    const before = await known?.value.catch(() => undefined);
    return (await this.#readAnew(name)) !== before;
  }

  #readAnew(name: string): Promise<string> {
    const value = this.#fetch(name);
    this.#known.set(name, { at: this.#now(), value });
    // A failure isn't kept: the next call tries again.
    value.catch(() => this.#known.delete(name));
    return value;
  }
}

/** From Secrets Manager, by the client that Lambda's runtime has: few pipelines need it, and it would make each bundle larger. */
export const fromSecretsManager =
  (region: string): FetchSecret =>
  async (name) => {
    const { SecretsManagerClient, GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
    const client = new SecretsManagerClient({ region });
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
      if (SecretString === undefined) throw new Error(`The secret ${name} holds bytes; a text is needed.`);
      return SecretString;
    } finally {
      client.destroy();
    }
  };

/** The variable that holds a secret on a machine: `SECRET_` and its name in capitals. */
export const secretVariable = (name: string) => `SECRET_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;

/** From variables, or a `.env` file that was read into them. */
export const fromEnvironment =
  (env: Readonly<Record<string, string | undefined>>): FetchSecret =>
  async (name) => {
    const value = env[secretVariable(name)];
    if (value === undefined || value === '')
      throw new Error(`The secret ${name} is in no variable ${secretVariable(name)}.`);
    return value;
  };
