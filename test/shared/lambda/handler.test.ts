import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { splitter } from '../../../functions/splitter/handler.ts';
import { testDeps, testPipeline } from '../support.ts';

const SECRET = 'Rosalind';
const quoting = z.strictObject({
  name: z.string().refine(() => false, { error: ({ input }) => `${String(input)} is nobody` }),
});
const throwing = z.custom<unknown>((value) => {
  throw new RangeError(`no ${JSON.stringify(value)}`);
});

const nested = z.strictObject({
  rates: z.array(z.object({ to: z.number() }).catchall(z.number())).default([]),
  cities: z.record(z.string(), z.object({ score: z.number() })).optional(),
});
const refined = z.looseObject({ name: z.string().optional() }).superRefine((_, context) => {
  context.addIssue({ code: 'custom', path: ['name', SECRET], message: 'is nobody' });
});
const named = Object.assign(new RangeError('no'), { name: SECRET });

/** What Lambda's runtime writes to the log of what a function throws, and tells whoever invoked it. */
async function thrownBy(pipeline: ReturnType<typeof testPipeline>, event: unknown): Promise<Error> {
  const handler = splitter(testDeps(pipeline));
  const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 120_000 };
  const thrown: unknown = await Reflect.apply(handler, undefined, [event, context]).catch((error: unknown) => error);
  if (thrown instanceof Error) return thrown;
  throw new Error('Nothing was thrown.');
}

test.each([
  [
    "a schema's own words",
    testPipeline({ params: quoting }),
    { params: { name: SECRET } },
    'InputError',
    'params.name: custom',
  ],
  ['a key', testPipeline(), { [SECRET]: 1 }, 'InputError', '(the request): unrecognized_keys'],
  [
    "a record's key",
    testPipeline({ params: nested }),
    { params: { cities: { [SECRET]: { score: SECRET } } } },
    'InputError',
    'params.cities.…: invalid_type',
  ],
  [
    'a key that a catchall takes',
    testPipeline({ params: nested }),
    { params: { rates: [{ to: 1 }, { to: '', [SECRET]: '' }] } },
    'InputError',
    'params.rates.1.to: invalid_type; params.rates.1.…: invalid_type',
  ],
  ["a refinement's path", testPipeline({ params: refined }), {}, 'InputError', 'params.name.…: custom'],
  [
    "a source error's name",
    testPipeline({
      source: {
        plan: () => Promise.reject(named),
        async *read() {},
      },
    }),
    {},
    'SourceError',
    'RangeError at ',
  ],
  [
    'a schema that throws',
    testPipeline({ params: throwing }),
    { params: SECRET },
    'InputError',
    'its schema threw: RangeError',
  ],
  ['a file that was not handed over', testPipeline(), { file: `s3://others/${SECRET}` }, 'InputError', 'file: must be'],
  ['items that were not handed over', testPipeline(), { items: `/tmp/${SECRET}` }, 'InputError', 'items: must be'],
  [
    "a source's own words",
    testPipeline({
      source: {
        plan: () => Promise.reject(new RangeError(`no ${SECRET}`)),
        async *read() {},
      },
    }),
    {},
    'SourceError',
    'RangeError',
  ],
])('%s: nothing of what was sent is in the error that leaves a function', async (_, pipeline, event, name, text) => {
  const thrown = await thrownBy(pipeline, event);
  expect(thrown).toMatchObject({ name, message: expect.stringContaining(text) });
  expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain(SECRET);
});
