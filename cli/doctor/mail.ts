import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import type { Pipeline } from '../../shared/author/definition.ts';
import { allRecipients } from '../../shared/author/recipients.ts';
import { senderIdentities } from '../../shared/domain/sender.ts';
import type { Stack } from '../targets/stack.ts';
import { count } from '../text.ts';
import { type Check, checked, fail, pass, warn } from './check.ts';

const REQUEST_PRODUCTION =
  'Ask for production access in the SES console, or verify each recipient (aws sesv2 create-email-identity).';

/** Whether the report's mail will arrive: sender, sandbox, quota. */
export async function mailChecks(
  pipeline: Pipeline,
  { resources }: { readonly resources: Pick<Stack['resources'], 'mail'> },
): Promise<Check[]> {
  const from = resources.mail;
  const to = allRecipients(pipeline.report);
  if (to.length === 0) return [pass('mail', 'the definition names no recipients')];
  if (from === '') {
    return [
      warn(
        'mail',
        `off: no sender, so ${to.join(', ')} get nothing`,
        'Deploy with -c mailFrom=<address> to switch it on.',
      ),
    ];
  }
  const client = new SESv2Client({});
  try {
    return [
      ...(await checked('mail account', () => account(client))),
      ...(await checked('mail sender', () => sender(client, from))),
    ];
  } finally {
    client.destroy();
  }
}

async function account(client: SESv2Client): Promise<Check> {
  const name = 'mail account';
  const { ProductionAccessEnabled, SendingEnabled, SendQuota } = await client.send(new GetAccountCommand({}));
  const { Max24HourSend: max = 0, SentLast24Hours: sent = 0 } = SendQuota ?? {};
  const quota = `${count(sent)} of ${max < 0 ? 'unlimited' : count(max)} mails sent in 24 hours`;
  if (!SendingEnabled) return fail(name, 'SES has stopped this account from sending', 'See the SES console for why.');
  if (!ProductionAccessEnabled)
    return warn(name, `SES sandbox: only verified addresses get mail; ${quota}`, REQUEST_PRODUCTION);
  if (max >= 0 && sent >= max)
    return warn(name, `${quota}: the next mail is refused`, 'Wait, or ask for a higher quota.');
  return pass(name, `production access; ${quota}`);
}

/** An address sends when it, its domain, or one above that, is a verified identity. */
async function sender(client: SESv2Client, from: string): Promise<Check> {
  const name = 'mail sender';
  const identity = await verifiedIdentityOf(client, from);
  if (identity !== null) return pass(name, `${from} may send, by the identity ${identity}`);
  return fail(
    name,
    `${from} is not verified: every mail is refused`,
    'Follow the link SES mailed to it, or verify its domain or one above that.',
  );
}

/** The most specific identity that lets an address send; null where none is verified. */
export async function verifiedIdentityOf(client: SESv2Client, from: string): Promise<string | null> {
  for (const EmailIdentity of senderIdentities(from)) {
    try {
      const { VerifiedForSendingStatus } = await client.send(new GetEmailIdentityCommand({ EmailIdentity }));
      if (VerifiedForSendingStatus) return EmailIdentity;
    } catch (error) {
      if (!(error instanceof Error && error.name === 'NotFoundException')) throw error;
    }
  }
  return null;
}
