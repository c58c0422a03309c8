import type { BouncedMessage } from '../../shared/domain/messages.ts';
import type { AggregatorDeps } from './deps.ts';

/**
 * Records beside a run to whom its mail came back. The run has ended: nothing else of it changes. The same message twice writes the same.
 * Nobody's address is logged.
 */
export async function recordBounces(
  { stores, clock, log, metrics }: Pick<AggregatorDeps, 'stores' | 'clock' | 'log' | 'metrics'>,
  { run, kind, recipients }: BouncedMessage,
): Promise<void> {
  const record = await stores.runs.read(run);
  // Purged meanwhile, say.
  if (!record) return;
  for (const { emailAddress, status } of recipients) {
    const detail = status === undefined ? kind : `${kind}, ${status}`;
    await stores.notices.record(run, emailAddress, { outcome: 'bounced', detail, at: clock.now() }, record.ttl);
  }
  log.error('The report mail came back.', { kind, recipients: recipients.length });
  metrics.count('MailNotSent', 1);
}
