import { SESv2Client, SESv2ServiceException, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mailer } from '../ports/mailer.ts';

/** SES v2, raw MIME. One attempt: a retry by the client could send the mail twice. */
export function sesMailer(options: { region: string }): Mailer {
  const client = new SESv2Client({ region: options.region, maxAttempts: 1 });
  return {
    async send({ from, to, raw }) {
      try {
        const { MessageId } = await client.send(
          new SendEmailCommand({
            FromEmailAddress: from,
            Destination: { ToAddresses: [...to] },
            Content: { Raw: { Data: raw } },
          }),
        );
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
