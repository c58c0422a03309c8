/** The same object with some of its methods replaced; the others keep their `this`. */
export function spy<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get(object, key) {
      const own: unknown = Reflect.get(replaced, key);
      const method: unknown = own ?? Reflect.get(object, key);
      return typeof method === 'function' && own === undefined ? method.bind(object) : method;
    },
  });
}
