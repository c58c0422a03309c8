import type { Pipeline } from '../author/definition.ts';

/** What people are told of a run that is closed because its source gives too many items. */
export function tooManyWords({ limits }: Pick<Pipeline, 'limits'>, children: number, how: string): string {
  const [found, most] = [children, limits.maxChildren].map((value) => value.toLocaleString('en-US'));
  return `${how} ${found} children; limits.maxChildren allows ${most}`;
}
