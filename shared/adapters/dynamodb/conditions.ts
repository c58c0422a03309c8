import { N, S } from './attributes.ts';
import type { Placeholders } from './placeholders.ts';

/** What an item must be like for a write to happen. Data, so that DynamoDB and the table in memory decide by the same one. */
export type Condition =
  | { readonly kind: 'absent' | 'present'; readonly name: string }
  | { readonly kind: 'equals' | 'differs'; readonly name: string; readonly value: string | number }
  | { readonly kind: 'below' | 'at-least'; readonly name: string; readonly value: number }
  | { readonly kind: 'lacks'; readonly name: string; readonly value: number }
  | { readonly kind: 'one-of'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] };

export const absent = (name: string): Condition => ({ kind: 'absent', name });
export const present = (name: string): Condition => ({ kind: 'present', name });
export const equals = (name: string, value: string | number): Condition => ({ kind: 'equals', name, value });
/** Holds as well where the attribute is absent. */
export const differs = (name: string, value: string | number): Condition => ({ kind: 'differs', name, value });
/** A number lower than `value`; an absent one isn't. */
export const below = (name: string, value: number): Condition => ({ kind: 'below', name, value });
/** A number no lower than `value`; an absent one isn't. */
export const atLeast = (name: string, value: number): Condition => ({ kind: 'at-least', name, value });
/** A set of numbers that doesn't hold `value`; an absent one doesn't. */
export const lacks = (name: string, value: number): Condition => ({ kind: 'lacks', name, value });
export const oneOf = (name: string, values: readonly string[]): Condition => ({ kind: 'one-of', name, values });
export const all = (...of: readonly Condition[]): Condition => ({ kind: 'all', of });
export const any = (...of: readonly Condition[]): Condition => ({ kind: 'any', of });

/** The condition as DynamoDB's expression. */
export function conditionText(condition: Condition, used: Placeholders): string {
  switch (condition.kind) {
    case 'absent':
      return `attribute_not_exists(${used.name(condition.name)})`;
    case 'present':
      return `attribute_exists(${used.name(condition.name)})`;
    case 'equals':
      return `${used.name(condition.name)} = ${used.value(operand(condition.value))}`;
    case 'differs':
      return `${used.name(condition.name)} <> ${used.value(operand(condition.value))}`;
    case 'below':
      return `${used.name(condition.name)} < ${used.value(N(condition.value))}`;
    case 'at-least':
      return `${used.name(condition.name)} >= ${used.value(N(condition.value))}`;
    case 'lacks':
      return `NOT contains(${used.name(condition.name)}, ${used.value(N(condition.value))})`;
    case 'one-of':
      return `${used.name(condition.name)} IN (${condition.values.map((value) => used.value(S(value))).join(', ')})`;
    case 'all':
      return condition.of.map((each) => inner(each, used)).join(' AND ');
    case 'any':
      return condition.of.map((each) => inner(each, used)).join(' OR ');
  }
}

/** DynamoDB refuses parentheses that aren't needed: a single condition stands bare. */
function inner(condition: Condition, used: Placeholders): string {
  const text = conditionText(condition, used);
  const isBare = !('of' in condition) || condition.of.length === 1;
  return isBare ? text : `(${text})`;
}

const operand = (value: string | number) => (typeof value === 'string' ? S(value) : N(value));
