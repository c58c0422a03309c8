import * as z from 'zod';
import { CronError, DefinitionError, show } from '../domain/errors.ts';
import { NAME } from '../domain/ids.ts';
import { SES } from '../domain/limits.ts';
import type { Call } from './call.ts';
import { callbackIssues, callbackSchema } from './callback.ts';
import { channels } from './channels.ts';
import { columnIssues } from './columns.ts';
import { readCron } from './cron.ts';
import { endpointSchema } from './endpoint.ts';
import type { NotJson } from './json-item.ts';
import { limitsSchema } from './limits.ts';
import { isLocale } from './locale.ts';
import { callable, definitionIssues, strictOptions } from './options.ts';
import type { Output } from './output.ts';
import type { Reduce } from './reduce.ts';
import { collect } from './reducers/collect.ts';
import { linkIssues } from './report-links.ts';
import type { Source } from './source.ts';
import { taskIssues, tasksSchema } from './tasks.ts';
import { timeZoneProblem } from './time-zone.ts';

const name = z.string().regex(NAME, 'must match [A-Za-z0-9_-]{1,48}');
const cron = z.string().superRefine((expression, context) => {
  try {
    readCron(expression);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

const timeZone = z.string().superRefine((name, context) => {
  const problem = timeZoneProblem(name);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});

const locale = z.string().refine(isLocale, 'must be a locale such as en-GB, de-CH or pt-BR');

/** An object with these methods; `optional` ones may be absent. */
const object = <T>(methods: readonly string[], optional: readonly string[] = []) =>
  z.custom<T>(
    (value) => {
      if (typeof value !== 'object' || value === null) return false;
      const typeOf = (method: string) => typeof Reflect.get(value, method);
      return (
        methods.every((method) => typeOf(method) === 'function') &&
        optional.every((method) => ['function', 'undefined'].includes(typeOf(method)))
      );
    },
    `must be an object with ${[...methods, ...optional.map((method) => `perhaps ${method}`)].map((method) => `${method}()`).join(' and ')}`,
  );

/** Close the run as soon as more children failed than tolerated, instead of calling the rest. */
const stopEarly = z.boolean().default(false);

/** By its first bytes too: what says that it is a picture must be one. */
const LOGO = /^data:image\/(png;base64,iVBORw0KGgo|jpeg;base64,\/9j\/)[A-Za-z0-9+/]*={0,2}$/;

const addresses = z.array(z.email()).max(SES.maxRecipients).default([]);

const schema = strictOptions({
  name,
  params: z
    .custom<z.ZodType>((value) => value instanceof z.ZodType, 'must be a zod schema')
    .default(z.strictObject({})),
  source: object<Source<unknown>>(['read'], ['plan', 'count']),
  endpoint: endpointSchema,
  request: callable<RequestMapping['request']>().optional(),
  answer: z.custom<z.ZodType>((value) => value instanceof z.ZodType, 'must be a zod schema').optional(),
  /** The service may answer 202, and end the child later by a POST to the URL that it was given. */
  callback: callbackSchema.optional(),
  limits: limitsSchema,
  /** It takes tasks beside its runs: single calls, each with a time of its own. */
  tasks: tasksSchema.optional(),
  retry: strictOptions({
    /** Calls of one child at most. */
    attempts: z.number().int().min(1).max(20).default(5),
    /** Full jitter: the n-th wait is random in 0 … min(maxSeconds, baseSeconds × 2ⁿ). */
    baseSeconds: z.number().min(0).max(900).default(2),
    maxSeconds: z.number().min(0).max(43_200).default(900),
  }).prefault({}),
  /** Failed children a run may have and still succeed; at most one of the two. Default: none. */
  tolerate: z
    .union(
      [
        strictOptions({ failedCount: z.number().int().min(0), stopEarly }),
        strictOptions({ failedPercent: z.number().min(0).max(100), stopEarly }),
      ],
      'must hold failedCount (0 or more, whole) or failedPercent (0 to 100), not both; stopEarly (true or false) is allowed too',
    )
    .default({ failedCount: 0, stopEarly: false }),
  /** What a run must come to: of fewer children it fails, since an empty source is most often a broken one. */
  expect: strictOptions({ minChildren: z.number().int().min(0).max(1_000_000_000).default(1) }).prefault({}),
  /** The first children are called alone; the rest follow only if no more of them fail than this. */
  canary: strictOptions({
    children: z.number().int().min(1).max(10_000),
    failedPercent: z.number().min(0).max(100).default(0),
  }).optional(),
  reduce: object<Reduce>(['start', 'cells'])
    .superRefine(({ columns }: { columns?: unknown }, context) => {
      if (!Array.isArray(columns)) {
        context.addIssue({ code: 'custom', path: ['columns'], message: 'must be a list of names' });
      } else {
        for (const { index, message } of columnIssues(columns))
          context.addIssue({ code: 'custom', path: ['columns', index], message });
      }
    })
    .default(() => collect()),
  /** Files beside the report, by name. */
  outputs: z
    .record(
      name,
      object<Output>(['open']).refine(
        ({ extension }) => typeof extension === 'string' && /^[A-Za-z0-9.]{1,32}$/.test(extension),
        { path: ['extension'], message: 'must be up to 32 letters, digits and dots' },
      ),
    )
    .default({}),
  report: strictOptions({
    /** One line: it is the mail's subject too. */
    title: z
      .string()
      .max(120)
      .regex(/^[^\p{Cc}]*\S[^\p{Cc}]*$/u, 'must be one line of text')
      .optional(),
    email: addresses,
    /** Who besides gets the report of a run that succeeded, and of one that did not. */
    onSuccess: addresses,
    onFailure: addresses,
    /** Each recipient's mail carries a link to the report, of the recipient's own, that works for so many days. */
    linkDays: z.number().int().min(1).max(3_650).optional(),
    /** Of bars and lines. */
    colour: z
      .string()
      .regex(/^#[0-9A-Fa-f]{6}$/, 'must be a colour such as #3568c8')
      .optional(),
    /** Above the title. No address: neither page nor mail asks anybody for anything. */
    logo: z
      .string()
      .max(100_000)
      .regex(LOGO, 'must be a PNG or JPEG as a data URL: data:image/png;base64,…')
      .optional(),
    /** How numbers and dates are written: a BCP 47 tag, such as `de-CH`. Default: English, dates with the day first. */
    locale: locale.optional(),
    /** Of the report's dates. */
    timeZone: timeZone.default('UTC'),
    /** Who else is told that a run ended: Slack, webhooks. */
    channels,
    /** Tells nobody of a run that went as the one before it: the same counts, reasons and figures. */
    quiet: z.boolean().default(false),
    /** Mails of runs that succeeded, and of runs that did not, at most so many an hour each; the rest have their report alone. */
    mailsPerHour: z.number().int().min(1).max(1_000).default(12),
    /** Where report.csv begins with the mark by which spreadsheets know UTF-8. Programs may trip over it. */
    byteOrderMark: z.enum(['mail', 'always', 'never']).default('mail'),
    /** Keep up to this many characters of a failed call's body; 0 keeps none (it may hold personal data). */
    bodyExcerpt: z.number().int().min(0).max(1_000).default(0),
    /** Whether the mail shows the values of a run's parameters: they may be personal. Its page and summary.json show them. */
    paramsInMail: z.boolean().default(false),
    /** Sources to credit, shown at the report's foot. */
    credits: z.array(z.string().max(300)).default([]),
    /** Whether children that did not succeed have a row in report.csv. */
    failedRows: z.enum(['keep', 'omit']).default('keep'),
    /** When SES's answer to the one send is lost: leave it, or risk a second mail. */
    onAmbiguousSend: z.enum(['leave', 'repeat']).default('leave'),
  })
    .superRefine(({ email, onSuccess, onFailure }, context) => {
      for (const [name, besides] of Object.entries({ onSuccess, onFailure })) {
        if (new Set([...email, ...besides]).size <= SES.maxRecipients) continue;
        const message = `must be, with report.email, at most ${SES.maxRecipients} addresses: one mail has no more`;
        context.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .prefault({}),
  schedule: strictOptions({
    cron,
    timeZone: timeZone.default('UTC'),
    /** A tick while an earlier run goes on: start beside it, skip the tick, or wait for it (one at most waits). */
    overlap: z.enum(['allow', 'skip', 'queue']).default('skip'),
  }).optional(),
  /** A run still going after this many hours is closed: what is missing is EXPIRED, and the report says so. */
  deadlineHours: z
    .number()
    .min(0.01)
    .max(24 * 14)
    .default(24),
  /** Days that records and reports are kept behind the deadline. */
  retentionDays: z.number().int().min(1).max(3_650).default(30),
});

/** What a request mapping is told about the call. */
export interface RequestContext<P = unknown> {
  readonly runId: string;
  readonly childId: string;
  readonly params: P;
}

/** As a method, so that one of a narrower item is one of these: a pipeline's own items are what it's called with. */
interface RequestMapping<I = unknown, P = unknown, B = unknown> {
  request(item: I, context: RequestContext<P>): B | Call<B>;
}

/** What a user writes; see docs/definition.md for each field. */
export type PipelineDefinition<Params extends z.ZodType, I, R, B = unknown> = Omit<
  z.input<typeof schema>,
  'params' | 'source' | 'request' | 'answer' | 'reduce' | 'outputs'
> & {
  params?: Params;
  source: Source<I, z.output<Params>>;
  /** The call's JSON body, or a {@link Call}; the item itself, as body, where absent. */
  request?(item: I, context: RequestContext<z.output<Params>>): B | Call<B>;
  /**
   * What an answer must be: another shape fails the child with `unexpected-answer`. What the schema leaves out isn't stored. The answer as it
   * came where absent.
   */
  answer?: z.ZodType<R> | undefined;
  /** Of the items that the source gives: they tell what `I` is. {@link collect} where absent. */
  reduce?: Reduce<NoInfer<I>, R>;
  /** Files that a run leaves beside its report, by name: {@link jsonLines}, {@link parquet}, {@link mergeFiles} or your own. */
  outputs?: Readonly<Record<string, Output<NoInfer<I>, NoInfer<R>>>>;
};

/** Refuses a source whose items aren't JSON as they are, in words: request and reduce would get something else than their types say. */
type ItemsOfJson<I> = [NotJson<I>] extends [never] ? unknown : { source: NotJson<I> };

/** The same of a reduce whose answers aren't: each was JSON when it came, so that `row.result` could not be what the type says. */
type AnswersOfJson<R> = [NotJson<R, 'result'>] extends [never] ? unknown : { reduce: NotJson<R, 'result'> };

/** A checked definition, with every default filled in. */
export type Pipeline = z.output<typeof schema>;

/** A {@link Pipeline} that still knows its types: parameters, item, the service's answer and the body that the service gets. */
export interface DefinedPipeline<P, I, R, B> extends Omit<Pipeline, 'source' | 'request' | 'reduce' | 'outputs'> {
  readonly source: Source<I, P>;
  readonly request?: RequestMapping<I, P, B>['request'] | undefined;
  readonly reduce: Reduce<I, R>;
  readonly outputs: Readonly<Record<string, Output<I, R>>>;
}

/**
 * Checks a definition and fills in its defaults.
 * @throws {DefinitionError} naming the path of each wrong field, at start and at synth alike.
 */
export function definePipeline<
  Params extends z.ZodType = z.ZodObject<Record<never, never>>,
  I = unknown,
  R = unknown,
  B = I,
>(
  definition: PipelineDefinition<Params, I, R, B> & ItemsOfJson<I> & AnswersOfJson<R>,
): DefinedPipeline<z.output<Params>, I, R, B> {
  const parsed = schema.safeParse(definition);
  if (parsed.success) {
    const issues = [
      ...scheduleIssues(parsed.data),
      ...callbackIssues(parsed.data),
      ...taskIssues(parsed.data),
      ...linkIssues(parsed.data),
    ];
    if (issues.length === 0) {
      // The same objects as were parsed, with their types.
      const { source, request, reduce = collect(), outputs = {} } = definition;
      const { request: _, ...checked } = parsed.data;
      return { ...checked, source, reduce, outputs, ...(request && { request }) };
    }
    throw new DefinitionError(parsed.data.name, issues);
  }
  throw new DefinitionError(
    typeof definition?.name === 'string' ? definition.name : null,
    definitionIssues(parsed.error, definition),
  );
}

/** A tick or a task brings no parameters: what it can't start with is better known before it's deployed than at each of them. */
function scheduleIssues({ schedule, tasks, params }: Pipeline): DefinitionError['issues'] {
  if (!schedule && !tasks) return [];
  const by = schedule ? 'a schedule starts runs' : 'tasks come';
  const issue = (path: readonly PropertyKey[], message: string) => ({
    path: ['params', ...path].join('.'),
    message,
    received: undefined,
  });
  try {
    const { error } = params.safeParse({});
    return (error?.issues ?? []).map(({ path, message }) =>
      issue(path, `needs a default, as ${by} without parameters: ${message}`),
    );
  } catch (error) {
    // A transform of the user's throws, or a check waits for something.
    return [
      issue(
        [],
        `must say at once what is wrong, and not throw: ${error instanceof Error ? error.message : show(error)}`,
      ),
    ];
  }
}
