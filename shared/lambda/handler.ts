import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { InputError, kindOf, MicroprocessError, SourceError } from '../domain/errors.ts';
import { UserError } from '../domain/user-error.ts';
import { systemClock } from '../ports/clock.ts';
import type { Process } from '../ports/deps.ts';
import { withLogIds } from './log-ids.ts';

/** Middy ends an invocation this long before its time-out, so that its error is logged. */
const EARLY_MS = 5;

/**
 * The skeleton of every function: the event checked against a schema, errors logged once with the request's id, metrics written
 * out whatever happens.
 */
export function lambdaHandler<E, R>(
  deps: Pick<Process, 'clock' | 'log' | 'metrics'>,
  schema: z.ZodType<E>,
  handle: (event: E, context: Context) => Promise<R>,
) {
  // It waits by the machine's clock. Where time is virtual, a timer of minutes would only keep the process from ending.
  const timeoutEarlyInMillis = deps.clock === systemClock ? EARLY_MS : 0;
  const handler = middy<unknown, R, Error, Context>({ timeoutEarlyInMillis })
    .use({
      after: () => deps.metrics.flush(),
      onError: (request) => {
        const { error } = request;
        // A refused request is the caller's mistake, no failure of ours, so it is a warning. The error's text quotes the request, so
        // the log gets its code alone.
        if (error instanceof SourceError) deps.log.error('The source failed.', { error: new UserError(error) });
        else if (error instanceof MicroprocessError) deps.log.warn('The request was refused.', { code: error.code });
        else deps.log.error('The invocation failed.', { error: error?.stack ?? String(error) });
        deps.metrics.flush();
        if (error) request.error = leaving(error);
      },
    })
    .handler(async (event, context) => {
      const parsed = schema.safeParse(event);
      if (!parsed.success) throw new InputError('The event is none this function knows.');
      return handle(parsed.data, context);
    });
  return (event: unknown, context: Context): Promise<R> =>
    withLogIds({ requestId: context.awsRequestId }, () => handler(event, context));
}

/**
 * What is thrown out of a function: Lambda's runtime writes its name, text and stack to the log, and who invoked the function is told them. What
 * quotes the request, or a user's own error, leaves without that.
 */
function leaving(error: Error): Error {
  const text = error instanceof InputError ? error.loggable : error instanceof SourceError ? kindOf(error) : null;
  if (text === null) return error;
  const said = new Error(text);
  Object.defineProperties(said, { name: { value: error.name }, stack: { value: `${error.name}: ${text}` } });
  return said;
}
