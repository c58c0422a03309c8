import type { Deps } from '../../shared/ports/deps.ts';
import type { Events } from '../../shared/ports/events.ts';
import type { Mailer } from '../../shared/ports/mailer.ts';

export interface AggregatorDeps extends Deps {
  readonly mailer: Mailer;
  readonly events: Events;
  /** Verified sender; empty switches the mail off. */
  readonly mailFrom: string;
}
