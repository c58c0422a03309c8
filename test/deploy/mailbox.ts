import { z } from 'zod';
import { ACCOUNT, REGION } from './emulator.ts';

const mail = z.object({
  Source: z.string(),
  To: z.array(z.string()),
  Subject: z.string(),
  BodyText: z.string(),
  BodyHtml: z.string().nullable(),
});
const mailbox = z.object({ messages: z.record(z.string(), z.array(mail)) });
export type Mail = z.infer<typeof mail>;

/** Every mail the local SES took, oldest first. It keeps sender, recipients, subject and the two bodies, no attachments. */
export async function sentMails(endpoint: string): Promise<Mail[]> {
  const answer = await fetch(`${endpoint}/_ministack/ses/messages`);
  return mailbox.parse(await answer.json()).messages[ACCOUNT] ?? [];
}

/** By account, region and queue URL. */
const queues = z.object({
  messages: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.array(z.unknown())))),
});

/** Queues that still hold messages, with how many. */
export async function fullQueues(endpoint: string): Promise<Record<string, number>> {
  const answer = await fetch(`${endpoint}/_ministack/sqs/messages`);
  const held = Object.entries(queues.parse(await answer.json()).messages[ACCOUNT]?.[REGION] ?? {});
  return Object.fromEntries(
    held.map(([url, messages]) => [url, messages.length] as const).filter(([, count]) => count > 0),
  );
}
