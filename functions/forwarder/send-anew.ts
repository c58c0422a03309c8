import type { WorkMessage } from '../../shared/domain/messages.ts';
import { outgoing } from '../../shared/flow/work.ts';
import { backoffSeconds, type Received } from '../../shared/lambda/sqs.ts';
import type { ForwarderDeps } from './deps.ts';

/** Failures after which a message is left to the queue, whose count of receives ends in its dead-letter queue. */
const MOST = 200;

/**
 * Sends a message that failed while its forwarder lived, in its own place: a second receive would say that a forwarder may have
 * died of it, and its children would be called one at a time, which after an hour without the table were all of a backlog. A suspect
 * stays one. An old message that isn't deleted after all is a duplicate, and a suspect: it is never sent anew.
 * @returns whether it was sent
 */
export async function sendAnew(deps: ForwarderDeps, { message, receives }: Received<WorkMessage>): Promise<boolean> {
  const failed = (message.failed ?? 0) + 1;
  if (receives > 1 || failed > MOST) return false;
  await deps.queues.work.send([outgoing(deps, { ...message, failed }, Math.ceil(backoffSeconds(deps, failed)))]);
  return true;
}
