import { SQS } from '../../shared/domain/limits.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';
import { outgoing } from '../../shared/flow/work.ts';
import { backoffSeconds, type Received } from '../../shared/lambda/sqs.ts';
import type { ForwarderDeps } from './deps.ts';

/** After so many failures a message gets no copy any more: the queue counts its receives and moves it to the dead-letter queue. */
const MOST = 200;

/**
 * Replaces a message that failed by a copy. A second receive of the same message means that a forwarder may have died of it, and its
 * children are then called one at a time; but here the forwarder lives, and only a store or a queue failed. Without the copy, an hour
 * without the table would turn the whole backlog into suspects. A message that was received before stays a suspect and gets no copy;
 * so does the original if SQS doesn't delete it, which is then a duplicate.
 * @param until what its children were told to wait for, epoch milliseconds; a message that has to wait longer than SQS delays one gets
 *   no copy: it goes back itself, and is a suspect then
 * @returns whether the copy was sent
 */
export async function sendAnew(
  deps: ForwarderDeps,
  { message, receives }: Received<WorkMessage>,
  until: number,
): Promise<boolean> {
  const failed = (message.failed ?? 0) + 1;
  const told = (until - deps.clock.now()) / 1_000;
  if (receives > 1 || failed > MOST || told > SQS.maxDelaySeconds) return false;
  const seconds = Math.ceil(Math.max(backoffSeconds(deps, failed), told));
  await deps.queues.work.send([outgoing(deps, { ...message, failed }, seconds)]);
  return true;
}
