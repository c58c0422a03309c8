import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes.ts';

/**
 * Names and values that one request's expressions use. Every name goes as a placeholder, so that none can be one of DynamoDB's
 * reserved words, among them `ttl`, `status` and `size`.
 */
export class Placeholders {
  readonly #names: Record<string, string> = {};
  readonly #values: Item = {};
  #count = 0;

  name(attribute: string): string {
    // A placeholder holds letters and digits alone.
    const placeholder = `#${attribute.replaceAll(/[^A-Za-z0-9_]/g, (other) => `_${other.charCodeAt(0)}_`)}`;
    this.#names[placeholder] = attribute;
    return placeholder;
  }

  value(value: AttributeValue): string {
    const placeholder = `:${this.#count++}`;
    this.#values[placeholder] = value;
    return placeholder;
  }

  /** The request's two fields. DynamoDB refuses an empty one. */
  get fields() {
    return {
      ExpressionAttributeNames: this.#names,
      ...(this.#count > 0 && { ExpressionAttributeValues: this.#values }),
    };
  }
}
