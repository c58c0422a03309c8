import type { Channel } from '../author/channels.ts';

/** What a channel is sent: for programs, and as lines for people. */
export interface Notice {
  /** Names the run's end: whoever gets the same one twice may drop it. */
  readonly key: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** In Slack's mrkdwn, escaped. */
  readonly slack: string;
}

/** What came of it. `failed`: every try was refused, or none was answered. */
export interface Told {
  readonly outcome: 'told' | 'failed';
  /** The answer's status, or why there was none; nothing of its body, and no address. */
  readonly detail: string;
}

/** Tells channels of a run's end; a few tries within half a minute. Never throws. */
export interface Notifier {
  tell(channel: Channel, notice: Notice): Promise<Told>;
}
