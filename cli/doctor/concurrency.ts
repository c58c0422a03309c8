import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SYSTEM } from '../../functions/system.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { mostInFlight } from '../../shared/domain/gate/limits.ts';
import { LAMBDA } from '../../shared/domain/limits.ts';
import { wiringOf } from '../../shared/lambda/wiring.ts';
import type { Stack } from '../targets/stack.ts';
import type { Terminal } from '../terminal.ts';
import { count } from '../text.ts';
import { type Check, pass, warn } from './check.ts';

/**
 * Whether the account's concurrency holds what the definition asks for: forwarders and the other functions, and, where the
 * clone is a Lambda function too, each call in flight. A new account may have 10.
 */
export async function concurrencyCheck(pipeline: Pipeline, { clone }: Pick<Stack, 'clone'>): Promise<Check> {
  const client = new LambdaClient({});
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({})).finally(() => client.destroy());
  const { ConcurrentExecutions: total = 0, UnreservedConcurrentExecutions: free = 0 } = AccountLimit ?? {};
  const functions = wiringOf(SYSTEM, pipeline).mappings.reduce((sum, { maxConcurrency }) => sum + maxConcurrency, 0);
  const calls = clone === undefined ? 0 : mostInFlight(pipeline.limits);
  const wanted = functions + calls;
  const made =
    clone === undefined ? 'its functions' : `${count(functions)} for its functions, ${count(calls)} calls in flight`;
  const detail = `${count(free)} of the account's ${count(total)} concurrent executions are unreserved; this pipeline takes up to ${count(wanted)} (${made})`;
  if (free >= wanted) return pass('concurrency', detail);
  return warn(
    'concurrency',
    `${detail}: calls beyond are throttled (429) and made again; no child fails of it, but the run takes longer`,
    `Ask for ${count(Math.max(LAMBDA.usualConcurrency, total + wanted - free))} in Service Quotas (Lambda, "Concurrent executions")${clone === undefined ? '' : ', or lower limits.inFlight'}.`,
  );
}

/** Says at a start what the account's concurrency doesn't hold. Who may start a run needn't have the right to know: then nothing is said. */
export async function sayTight(pipeline: Pipeline, stack: Pick<Stack, 'clone'>, { stderr }: Terminal): Promise<void> {
  const check = await concurrencyCheck(pipeline, stack).catch(() => undefined);
  if (check?.next) stderr.write(`warning: ${check.detail}. ${check.next}\n`);
}
