import { SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { tagOfRun } from '../../domain/messages.ts';
import type { Mailer } from '../../ports/mailer.ts';
import { triesOf } from '../tries.ts';
import { hadNoConnection, wasNotTaken } from './not-taken.ts';

/** Long, as a mail is megabytes and its one try must not be given up early. */
const TRY_MS = 60_000;

export interface SesMailerOptions {
  readonly region: string;
  /** The configuration set by which bounces are heard of; empty: the sender's own. */
  readonly set?: string;
  readonly tryMs?: number;
  /** Before a mail that surely wasn't taken is sent again. */
  readonly pause?: (attempt: number) => Promise<void>;
}

/** SES v2, raw MIME. One attempt, over a connection made for it: a retry by the client could send the mail twice. */
export function sesMailer({ region, set = '', tryMs = TRY_MS, pause = waits }: SesMailerOptions): Mailer {
  const client = new SESv2Client({ region, maxAttempts: 1, requestHandler: triesOf(tryMs, false) });
  return {
    async send({ from, to, raw, of }) {
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        // Several recipients don't see each other.
        Destination: to.length === 1 ? { ToAddresses: [...to] } : { BccAddresses: [...to] },
        Content: { Raw: { Data: raw } },
        ...(set !== '' && { ConfigurationSetName: set }),
        ...(of && {
          EmailTags: [
            { Name: 'pipeline', Value: of.pipeline },
            { Name: 'run', Value: tagOfRun(of.run) },
          ],
        }),
      });
      try {
        const { MessageId } = await untilTaken(() => client.send(command), pause);
        return { outcome: 'sent', messageId: MessageId ?? '' };
      } catch (error) {
        const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        // SES answered with a client error, or was never reached: the mail is not out. Anything else leaves that open.
        const refused =
          error instanceof SESv2ServiceException && error.$fault === 'client' && error.name !== 'TimeoutError';
        return { outcome: refused || hadNoConnection(error) ? 'refused' : 'ambiguous', detail };
      }
    },
  };
}

const TRIES = 5;
const PAUSE_MS = 500;

const waits = (attempt: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** attempt * Math.random()));

/** Sends again where SES surely took nothing: nothing else is safe to repeat. */
async function untilTaken<T>(send: () => Promise<T>, pause: (attempt: number) => Promise<void>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt === TRIES || !wasNotTaken(error)) throw error;
      await pause(attempt);
    }
  }
}
