import type { Item } from '../shared/adapters/dynamodb/attributes.ts';
import type { Condition } from '../shared/adapters/dynamodb/conditions.ts';

/** Whether DynamoDB would let the write happen to this item; one that is absent has no attributes. */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case 'absent':
      return item[condition.name] === undefined;
    case 'present':
      return item[condition.name] !== undefined;
    case 'equals':
      return valueIn(item, condition.name) === condition.value;
    case 'differs':
      return valueIn(item, condition.name) !== condition.value;
    case 'below':
    case 'at-least': {
      const value = valueIn(item, condition.name);
      return typeof value === 'number' && value < condition.value === (condition.kind === 'below');
    }
    case 'lacks':
      return !(item[condition.name]?.NS ?? []).some((value) => Number(value) === condition.value);
    case 'one-of': {
      const value = valueIn(item, condition.name);
      return typeof value === 'string' && condition.values.includes(value);
    }
    case 'all':
      return condition.of.every((each) => holds(each, item));
    case 'any':
      return condition.of.some((each) => holds(each, item));
  }
}

/** A text or a number; neither equals the other, nor anything else. */
function valueIn(item: Item, name: string): string | number | undefined {
  const value = item[name];
  return value?.N === undefined ? value?.S : Number(value.N);
}
