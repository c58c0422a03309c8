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
    'a schema that throws',
    testPipeline({ params: throwing }),
    { params: SECRET },
    'InputError',
    'its schema threw: RangeError',
  ],
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
