import { RemovalPolicy, Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { check, matching, oneOf, type Rule, refuse } from './check.ts';

/** What a construct's properties may hold, by name; null where the construct itself looks closer. */
export type PropertyRules<P> = { readonly [K in keyof Required<P>]: Rule<unknown> | null };

/**
 * Refuses what isn't there, what is misspelt and what is of the wrong kind: users of plain JavaScript have no compiler that does, and a
 * property that is left out without a word is a function without its network, or a role without its boundary.
 * @param within where the properties stand, before each one's name, such as `scheduledMinimum[0].`
 * @throws {InfraError}
 */
export function checkProperties<P extends object>(
  scope: IConstruct,
  props: P,
  rules: PropertyRules<P>,
  required: readonly (keyof P & string)[] = [],
  within = '',
): void {
  const known = new Map<string, Rule<unknown> | null>(Object.entries(rules));
  const given = typeof props === 'object' && props !== null ? new Map<string, unknown>(Object.entries(props)) : null;
  if (!given) refuse(scope, 'the properties', `an object with some of ${[...known.keys()].join(', ')}`, props);
  for (const name of given.keys())
    if (!known.has(name))
      refuse(scope, `${within}${name}`, `left out: it is none of ${[...known.keys()].join(', ')}`, given.get(name));
  for (const [name, rule] of known) {
    const value = given.get(name);
    if (rule && value === undefined && required.some((each) => each === name))
      refuse(scope, `${within}${name}`, rule.allowed, value);
    if (rule) check(scope, `${within}${name}`, value, rule);
  }
}

/** A construct or another object of the CDK, known by what it has: an app may have another copy of the CDK than we. */
export const having = (allowed: string, ...members: readonly string[]): Rule<unknown> => ({
  allowed,
  holds: (value) => isObject(value) && members.every((member) => member in value),
});

export const flag: Rule<unknown> = oneOf<unknown>([true, false], 'true, false');
export const object: Rule<unknown> = { allowed: 'an object', holds: isObject };
export const text: Rule<unknown> = { allowed: 'a text', holds: isText };
export const named: Rule<unknown> = {
  allowed: 'a text that isn’t empty',
  holds: (value) => isText(value) && value !== '',
};

export const listOf = ({ allowed, holds }: Rule<unknown>): Rule<unknown> => ({
  allowed: `a list, each ${allowed}`,
  holds: (value) => Array.isArray(value) && value.every(holds),
});

export const STATEMENTS = listOf(having('a PolicyStatement', 'addActions', 'toStatementJson'));

/** What Lambda sets itself, and refuses to have set. A wrapper of the runtime is the user's to name. */
const RESERVED =
  /^(?:_HANDLER|_X_AMZN_TRACE_ID|AWS_(?:ACCESS_KEY(?:_ID)?|DEFAULT_REGION|EXECUTION_ENV|LAMBDA_(?!EXEC_WRAPPER$).*|REGION|SECRET_ACCESS_KEY|SECURITY_TOKEN|SESSION_TOKEN)|LAMBDA_(?:TASK_ROOT|RUNTIME_DIR))$/;
const NAME = /^(?!MP_)[A-Za-z][A-Za-z0-9_]+$/;
const VARIABLE: Rule<string> = {
  allowed: 'two or more letters, digits and _ that do not begin with MP_, and no name that Lambda sets itself',
  holds: (name) => NAME.test(name) && !RESERVED.test(name),
};
const TAG = matching(
  /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu,
  '1 to 128 letters, digits and _.:/=+-@ that do not begin with aws:',
);

const TAG_VALUE: Rule<unknown> = {
  allowed: 'a text of at most 256 characters',
  holds: (value) => typeof value === 'string' && value.length <= 256,
};

/** Variables of a function. @throws {InfraError} */
export function checkEnvironment(scope: IConstruct, environment: Readonly<Record<string, unknown>> = {}): void {
  for (const [name, value] of Object.entries(environment)) {
    check(scope, 'each name in environment', name, VARIABLE);
    check(scope, `environment.${name}`, value, text);
  }
}

/** @throws {InfraError} */
export function checkTags(scope: IConstruct, tags: Readonly<Record<string, unknown>> = {}): void {
  for (const [name, value] of Object.entries(tags)) {
    check(scope, 'each name in tags', name, TAG);
    check(scope, `tags.${name}`, value, TAG_VALUE);
  }
}

export const RETENTION = oneOf<unknown>(
  Object.values(RetentionDays).filter((days) => typeof days === 'number'),
  'the days of RetentionDays',
);

export const REMOVAL = oneOf<unknown>(
  [RemovalPolicy.DESTROY, RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE],
  'RemovalPolicy.DESTROY, RETAIN, RETAIN_ON_UPDATE_OR_DELETE',
);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || Token.isUnresolved(value);
}
