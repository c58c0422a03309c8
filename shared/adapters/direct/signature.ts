import { createHash, createHmac } from 'node:crypto';

/** A service's name in a region, as a signature says it. */
export interface Scope {
  readonly region: string;
  readonly service: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Target {
  readonly path: string;
  readonly query?: string;
}

/** Signs requests to one service with SigV4. The key, which holds for a day, is made once for all of them. */
export class Signature {
  readonly #scope: Scope;
  #key: { readonly of: string; readonly key: Buffer } | null = null;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /**
   * The value of `authorization`.
   * @param target the request's path, with its query, both encoded as a signature has them
   * @param headers that are signed, by their names in lower case; among them host, x-amz-date and x-amz-content-sha256
   */
  authorization(
    { accessKeyId, secretAccessKey }: Credentials,
    method: string,
    { path, query = '' }: Target,
    headers: Readonly<Record<string, string>>,
  ): string {
    const time = headers['x-amz-date'] ?? '';
    const names = Object.keys(headers).sort();
    const signed = names.join(';');
    let canonical = `${method}\n${path}\n${query}\n`;
    for (const name of names) canonical += `${name}:${headers[name]}\n`;
    canonical += `\n${signed}\n${headers['x-amz-content-sha256']}`;
    const scope = `${time.slice(0, 8)}/${this.#scope.region}/${this.#scope.service}/aws4_request`;
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
    const signature = createHmac('sha256', this.#keyOf(secretAccessKey, time.slice(0, 8)))
      .update(text)
      .digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  }

  #keyOf(secret: string, day: string): Buffer {
    const of = `${day}${secret}`;
    if (this.#key?.of !== of) {
      const { region, service } = this.#scope;
      let key = hmac(`AWS4${secret}`, day);
      for (const part of [region, service, 'aws4_request']) key = hmac(key, part);
      this.#key = { of, key };
    }
    return this.#key.key;
  }
}

/** A time as a request says it that is signed. */
export const timeOf = (at: Date) => at.toISOString().replace(/[-:]|\.\d+/g, '');

/** Hexadecimal, as signatures have it. */
export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
