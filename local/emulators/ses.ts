import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import * as z from 'zod';
import { SES } from '../../shared/domain/limits.ts';

const addresses = z.array(z.string().min(1)).default([]);
const sendEmail = z.object({
  FromEmailAddress: z.string().min(1, 'must not be empty'),
  Destination: z
    .object({ ToAddresses: addresses, CcAddresses: addresses, BccAddresses: addresses })
    .refine(
      ({ ToAddresses, CcAddresses, BccAddresses }) =>
        inRange(ToAddresses.length + CcAddresses.length + BccAddresses.length, 1, SES.maxRecipients),
      `must name 1 to ${SES.maxRecipients} recipients`,
    ),
  Content: z.object({ Raw: z.object({ Data: z.string().min(1, 'must not be empty') }) }),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
});

const inRange = (n: number, low: number, high: number) => n >= low && n <= high;
/** Room for what a request holds beside its message. */
const ENVELOPE_BYTES = 65_536;

/** What SES answers when it doesn't send. */
class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

/**
 * An SES v2 endpoint that keeps mails as files instead of sending them: for each accepted raw message `<MessageId>.eml`
 * and, written before it, `<MessageId>.json` with the envelope. What SES would refuse, and any other operation, is refused
 * in SES's error format. `maxMessageBytes` is SES's limit on a raw message.
 */
export function sesSink(directory: string, maxMessageBytes: number = SES.maxMessageBytes): Server {
  return createServer((request, response) => {
    answer(request, directory, maxMessageBytes).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const { status, type, message } =
          error instanceof Refusal ? error : new Refusal(500, 'InternalFailure', String(error));
        send(response, status, { message }, type);
      },
    );
  });
}

async function answer(
  request: IncomingMessage,
  directory: string,
  maxMessageBytes: number,
): Promise<{ MessageId: string }> {
  const body = await read(request, maxMessageBytes);
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (request.method !== 'POST' || path !== '/v2/email/outbound-emails') {
    throw new Refusal(
      404,
      'NotFoundException',
      `The mail sink holds SendEmail only; received ${request.method} ${path}.`,
    );
  }
  const parsed = sendEmail.safeParse(json(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Refusal(400, 'BadRequestException', `${issue?.path.join('.') || 'The request'}: ${issue?.message}.`);
  }
  const { FromEmailAddress, Destination, Content, EmailTags } = parsed.data;
  const mail = Buffer.from(Content.Raw.Data, 'base64');
  if (Buffer.byteLength(Content.Raw.Data, 'base64') !== mail.length) {
    throw new Refusal(400, 'BadRequestException', 'Content.Raw.Data: must be base64.');
  }
  if (mail.length > maxMessageBytes) throw tooLong(mail.length, maxMessageBytes);

  const MessageId = randomUUID();
  await mkdir(directory, { recursive: true });
  const envelope = {
    MessageId,
    FromEmailAddress,
    Destination,
    EmailTags,
    bytes: mail.length,
    at: new Date().toISOString(),
  };
  await writeFile(join(directory, `${MessageId}.json`), `${JSON.stringify(envelope, null, 2)}\n`);
  // Appears whole or not at all for whoever watches the folder.
  const file = join(directory, `${MessageId}.eml`);
  await writeFile(`${file}.part`, mail);
  await rename(`${file}.part`, file);
  return { MessageId };
}

async function read(request: IncomingMessage, maxMessageBytes: number): Promise<string> {
  const most = Math.ceil(maxMessageBytes / 3) * 4 + ENVELOPE_BYTES;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    // Read to its end, for the client to see the answer, but not kept.
    if (bytes <= most) chunks.push(part);
  }
  if (bytes > most) throw tooLong(Math.floor((bytes / 4) * 3), maxMessageBytes);
  return Buffer.concat(chunks).toString('utf8');
}

function tooLong(bytes: number, allowed: number): Refusal {
  return new Refusal(400, 'BadRequestException', `Message length is more than ${allowed} bytes long: '${bytes}'.`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'BadRequestException', 'The request body is not JSON.');
  }
}

function send(response: ServerResponse, status: number, body: object, errorType?: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-amzn-requestid': randomUUID(),
    ...(errorType === undefined ? {} : { 'x-amzn-errortype': errorType }),
  });
  response.end(JSON.stringify(body));
}
