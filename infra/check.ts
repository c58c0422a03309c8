import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { show } from '../shared/domain/errors.ts';
import { InfraError } from './errors.ts';

/** What a property may hold, and how a person is told. */
export interface Rule<T> {
  readonly allowed: string;
  holds(value: T): boolean;
}

export const wholeNumber = (min: number, max: number): Rule<number> => ({
  allowed: `a whole number from ${min} to ${max}`,
  holds: (value) => Number.isInteger(value) && value >= min && value <= max,
});

export const matching = (pattern: RegExp, allowed: string): Rule<string> => ({
  allowed,
  holds: (value) => typeof value === 'string' && pattern.test(value),
});

export const oneOf = <T>(values: readonly T[], allowed = values.map(show).join(', ') || 'nothing'): Rule<T> => ({
  allowed: `one of: ${allowed}`,
  holds: (value) => values.includes(value),
});

/** Lambda's. */
export const MEMORY_MB = wholeNumber(128, 10_240);

const ANY_ADDRESS = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
/** Kept for examples and tests (RFC 2606): what is sent there bounces, and bounces are what SES closes accounts for. */
const RESERVED_DOMAIN = /[@.](?:example\.(?:com|net|org)|example|test|invalid|localhost)$/i;
export const ADDRESS = matching(ANY_ADDRESS, 'an email address');
/** An address that mail can reach. */
export const REACHABLE: Rule<string> = {
  allowed: 'an email address at a domain that is not reserved for examples, such as example.com',
  holds: (address) => !RESERVED_DOMAIN.test(address),
};

/**
 * Refuses a wrong value at synthesis. What is known at the deployment alone is let through.
 * @param name of the property, such as `memoryMB.forwarder`
 * @throws {InfraError} with the construct, the property, the value received and those allowed
 */
export function check<T>(scope: IConstruct, name: string, value: T | undefined, rule: Rule<T>): void {
  if (value === undefined || Token.isUnresolved(value) || rule.holds(value)) return;
  refuse(scope, name, rule.allowed, value);
}

/** Like {@link check}, of a value that must be there, and known now: names are made of it. */
export function checkKnown<T>(scope: IConstruct, name: string, value: T, rule: Rule<T>): void {
  if (Token.isUnresolved(value) || !rule.holds(value)) refuse(scope, name, rule.allowed, value);
}

/** @throws {InfraError} */
export function refuse(scope: IConstruct, name: string, allowed: string, received: unknown): never {
  throw new InfraError(`${scope.node.path}: ${name} must be ${allowed}; received ${show(received)}.`);
}

/**
 * Refuses another account or region: what a construct and `of` know of each other, names and rights, holds neither.
 * @throws {InfraError}
 */
export function checkSamePlace(scope: IConstruct, of: IConstruct, said: string): void {
  const [here, there] = [Stack.of(scope), Stack.of(of)];
  for (const part of ['account', 'region'] as const) {
    const [own, wanted] = [here[part], there[part]];
    if (!Token.isUnresolved(own) && !Token.isUnresolved(wanted) && own !== wanted)
      refuse(scope, `the ${part} of its stack`, `that of ${said}, ${wanted}`, own);
  }
}

/** The stack that is deployed by its name, with this one nested in it. */
export function outermost(stack: Stack): Stack {
  return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;
}
