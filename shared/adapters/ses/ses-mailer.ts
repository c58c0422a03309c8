import { SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { tagOfRun } from '../../domain/messages.ts';
import type { Mailer } from '../../ports/mailer.ts';
import { triesOf } from '../tries.ts';

/** Long, as a mail is megabytes and its one try must not be given up early. */
const TRY_MS = 60_000;

/** SES v2, raw MIME. One attempt, over a connection made for it: a retry by the client could send the mail twice. */
/** @param set the configuration set by which bounces are heard of; empty: the sender's own */
export function sesMailer({
  region,
  set = '',
  tryMs = TRY_MS,
}: {
  region: string;
  set?: string;
  tryMs?: number;
}): Mailer {
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
        const { MessageId } = await unlessThrottled(() => client.send(command));
        return { outcome: 'sent', messageId: MessageId ?? '' };
      } catch (error) {
        const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        // SES answered with a client error: the mail is not out. Anything else leaves that open.
        const refused =
          error instanceof SESv2ServiceException && error.$fault === 'client' && error.name !== 'TimeoutError';
        return { outcome: refused ? 'refused' : 'ambiguous', detail };
      }
    },
  };
}

const THROTTLED: ReadonlySet<string> = new Set(['TooManyRequestsException', 'ThrottlingException', 'Throttling']);
const TRIES = 5;

/** Sends again where SES says that it took nothing because of its rate: the one answer after which that is safe. */
async function unlessThrottled<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (attempt === TRIES || !(error instanceof Error) || !THROTTLED.has(error.name)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt * Math.random()));
    }
  }
}
