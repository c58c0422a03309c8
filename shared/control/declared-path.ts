/**
 * As much of a path into a value as its schema itself declares: the names of fields, and places in lists. What comes behind may be what was
 * given (a record's keys, the path of a refinement) and is left out: `…` stands for it.
 */
export function declaredPath(schema: unknown, path: readonly PropertyKey[], value: unknown): string[] {
  const [key, ...rest] = path;
  if (key === undefined) return [];
  const below = under(schema, key, value, WRAPPERS);
  if (below.length === 0) return ['…'];
  const inner = isObject(value) ? Reflect.get(value, key) : undefined;
  const tails = below.map((each) => declaredPath(each, rest, inner));
  // Of a union's options, the one that declares most of it.
  const tail = tails.reduce((longest, each) => (lengthOf(each) > lengthOf(longest) ? each : longest));
  return [String(key), ...tail];
}

const lengthOf = (path: readonly string[]) => path.filter((key) => key !== '…').length;

/** `optional`, `default`, a union's options …: a schema that is lazily itself must come to an end. */
const WRAPPERS = 20;

/** The schemas that a key leads to: none where none of a schema's parts declares it. Read by shape: a user's zod may be another copy. */
function under(schema: unknown, key: PropertyKey, value: unknown, depth: number): readonly unknown[] {
  const def = isObject(schema) ? Reflect.get(schema, 'def') : undefined;
  if (!isObject(def) || depth === 0) return [];
  const of = (name: string): unknown => Reflect.get(def, name);
  const through = (...inner: readonly unknown[]) => inner.flatMap((each) => under(each, key, value, depth - 1));
  switch (of('type')) {
    case 'object': {
      const shape = of('shape');
      return isObject(shape) && Object.hasOwn(shape, key) ? [Reflect.get(shape, key)] : [];
    }
    case 'array':
    case 'tuple': {
      if (!Array.isArray(value) || typeof key !== 'number' || !(key in value)) return [];
      const items = of('items');
      return [of('type') === 'array' ? of('element') : Array.isArray(items) ? (items[key] ?? of('rest')) : undefined];
    }
    case 'union': {
      const options = of('options');
      return Array.isArray(options) ? through(...options) : [];
    }
    case 'intersection':
      return through(of('left'), of('right'));
    case 'pipe':
      return through(of('in'), of('out'));
    case 'lazy': {
      const getter = of('getter');
      return typeof getter === 'function' ? through(getter()) : [];
    }
    default:
      return through(of('innerType'));
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
