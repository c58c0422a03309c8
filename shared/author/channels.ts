import * as z from 'zod';
import { NAME } from '../domain/ids.ts';
import { type FinalStatus, isGood } from '../domain/run.ts';
import { authSchema, secretName, secretsOf, urlProblem } from './endpoint.ts';
import { strictOptions } from './options.ts';

/** A run ends once in a while: more channels than these are a mistake, and would keep its end from being recorded. */
const MOST = 8;

/** The mail among those that are told of a run's end: no channel has this name. */
export const MAIL = 'mail';

const common = {
  /** What it is called in records and on the command line; its type by default. */
  name: z
    .string()
    .regex(NAME, 'must match [A-Za-z0-9_-]{1,48}')
    .refine((name) => name !== MAIL, 'is what the mail is called')
    .optional(),
  /** Of which runs it is told. */
  on: z.enum(['end', 'success', 'failure']).default('end'),
};

const webhookUrl = z.string().superRefine((url, context) => {
  const problem = urlProblem(url, { allowHttp: false, allowPrivate: false });
  // An endpoint may say allowHttp or allowPrivate; a channel is always public.
  if (problem !== null)
    context.addIssue({ code: 'custom', message: problem.replace(/[,;] (?:or )?say allow\w+: true$/, '') });
});

const channel = z.discriminatedUnion('type', [
  /** An incoming webhook of Slack's. Its URL is all that lets in, so it is a secret. */
  strictOptions({ type: z.literal('slack'), secret: secretName, ...common }),
  /** Anything that takes a POST of JSON. */
  strictOptions({
    type: z.literal('webhook'),
    url: webhookUrl,
    auth: authSchema.refine(({ type }) => type !== 'iam', 'goes with bearer, apiKey or basic here').optional(),
    /** Signs time and body, as Standard Webhooks does. */
    hmac: strictOptions({ secret: secretName }).optional(),
    ...common,
  }),
]);

/** `report.channels`: who is told of a run's end, beside the mail. */
export const channels = z
  .array(channel.transform((given) => ({ ...given, name: given.name ?? given.type })))
  .max(MOST)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'must each have a name of its own')
  .default([]);

export type Channel = z.output<typeof channels>[number];

/** Those that are told of a run that ended so. */
export const channelsFor = (all: readonly Channel[], status: FinalStatus): readonly Channel[] =>
  all.filter(({ on }) => on === 'end' || (on === 'success') === isGood(status));

/** Names of the secrets that channels need. */
export const channelSecrets = (all: readonly Channel[]): readonly string[] => [
  ...new Set(all.flatMap((each) => (each.type === 'slack' ? [each.secret] : secretsOf(each)))),
];
