import * as z from 'zod';
import { MESSAGES, OPTIONAL_MESSAGES } from '../domain/queues.ts';
import { mapValues } from '../domain/records.ts';
import type { Uses } from '../ports/uses.ts';

const text = z.string().min(1);

/**
 * What functions know of the world: for which use, in which variable, and what that may hold. The one place that spells an
 * environment variable of ours.
 */
export const RESOURCES = {
  /** The table's name. */
  table: { of: 'table', variable: 'MP_TABLE', schema: text },
  /** The bucket's name. */
  objects: { of: 'objects', variable: 'MP_BUCKET', schema: text },
  /** Queues' URLs; for a function of the platform with {@link ANY_PIPELINE} in place of a pipeline's name. */
  ...mapValues(MESSAGES, (_, of) => ({ of, variable: `MP_${of.toUpperCase()}_QUEUE_URL`, schema: text })),
  /** Empty for people where the pipeline has none; a function that uses one has it. */
  ...mapValues(OPTIONAL_MESSAGES, (_, of) => ({
    of,
    variable: `MP_${of.toUpperCase()}_QUEUE_URL`,
    schema: z.string().default(''),
  })),
  /** Base URL of the queue-dedicated clone, no trailing slash. */
  endpoint: { of: 'endpoint', variable: 'MP_ENDPOINT_URL', schema: z.url({ protocol: /^https?$/ }) },
  /** `IAM`: sign calls with SigV4; `NONE`: don't. */
  endpointAuth: { of: 'endpoint', variable: 'MP_ENDPOINT_AUTH', schema: z.enum(['IAM', 'NONE']) },
  /** Base URL of what takes callbacks; empty where nothing does. The function that takes them can't know its own. */
  callbackUrl: { of: 'callbacks', for: 'offer', variable: 'MP_CALLBACK_URL', schema: z.string().default('') },
  /** Name of the secret that callbacks' tokens are signed with: one key, or the new and the old one with a space between. */
  callbackKey: { of: 'callbacks', variable: 'MP_CALLBACK_KEY', schema: z.string().default('') },
  /** Base URL of what takes report links; empty where none are mailed. */
  reportLinkUrl: { of: 'reportLinks', for: 'offer', variable: 'MP_REPORT_LINK_URL', schema: z.string().default('') },
  /** Name of the secret that they are signed with: the stage's one, as for callbacks. */
  reportLinkKey: { of: 'reportLinks', variable: 'MP_REPORT_LINK_KEY', schema: z.string().default('') },
  /** Verified SES sender; empty switches the mail off. */
  mail: { of: 'mail', variable: 'MP_MAIL_FROM', schema: z.string().default('') },
  /** SES configuration set of the mails; empty: the sender's own. */
  mailSet: { of: 'mail', variable: 'MP_MAIL_SET', schema: z.string().default('') },
  /** The event bus's name; empty publishes nowhere. */
  events: { of: 'events', variable: 'MP_EVENT_BUS', schema: z.string().default('') },
  /** Digest of the definition and code that reduce. */
  reduceDigest: { of: 'reduce', variable: 'MP_REDUCE_DIGEST', schema: text },
} as const satisfies Record<string, { of: keyof Uses; for?: string; variable: string; schema: z.ZodType<string> }>;

/** What stands for a pipeline's name in the URLs that a function of the platform gets. */
export const ANY_PIPELINE = '{pipeline}';

/** What stands there instead where queues have names of CloudFormation's: `{scores=queue-1,vendors=queue-2}`. */
export const namedQueues = (names: Readonly<Record<string, string>>): string =>
  `{${Object.entries(names)
    .map((pair) => pair.join('='))
    .join(',')}}`;

/** The URL of one pipeline's queue. */
export function queueUrl(pattern: string, pipeline: string): string {
  if (pattern.includes(ANY_PIPELINE)) return pattern.replace(ANY_PIPELINE, () => pipeline);
  const [, prefix = '', names = ''] = /^(.*)\{(.*)\}$/.exec(pattern) ?? [];
  const name = new Map(names.split(',').map((pair) => [pair.split('=')[0], pair.split('=')[1]])).get(pipeline);
  // Of a pipeline without one: whoever sent to it would be told that there is none.
  return `${prefix}${name ?? pipeline}`;
}

export type ResourceName = keyof typeof RESOURCES;
/** A value for each resource that there is. */
export type Resources = Readonly<Partial<Record<ResourceName, string>>>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that a function's environment holds for what it uses. */
export function environmentOf(uses: Uses, resources: Resources): Record<string, string> {
  return Object.fromEntries(
    namesOf(uses).flatMap((name) => {
      const value = resources[name];
      return value === undefined ? [] : [[RESOURCES[name].variable, value]];
    }),
  );
}

/** Reads a function's environment, once; `read` gives a resource that it uses, and the region. */
export interface ResourceReader {
  readonly region: string;
  read(name: ResourceName): string;
}

/** @throws {Error} naming each missing or wrong variable of what is used, at cold start */
export function readResources(uses: Uses, env: Environment): ResourceReader {
  const used = namesOf(uses).map((name): [string, z.ZodType] => [RESOURCES[name].variable, RESOURCES[name].schema]);
  const parsed = z.object({ ...Object.fromEntries(used), AWS_REGION: text }).safeParse(env);
  if (!parsed.success) {
    const said = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`The function's environment is not valid: ${said.join('; ')}.`);
  }
  return {
    region: parsed.data.AWS_REGION,
    read: (name) => RESOURCES[name].schema.parse(env[RESOURCES[name].variable]),
  };
}

/** The resources of what is used. */
function namesOf(uses: Uses): ResourceName[] {
  const isName = (name: string): name is ResourceName => name in RESOURCES;
  return Object.keys(RESOURCES)
    .filter(isName)
    .filter((name) => isUsed(uses, RESOURCES[name]));
}

/** @param resource whose `for` is the one use of its kind that needs it */
function isUsed(uses: Uses, resource: { readonly of: keyof Uses; readonly for?: string }): boolean {
  const use = uses[resource.of];
  return use !== undefined && (resource.for === undefined || resource.for === use);
}
