import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod';

const filled = z.string().min(1);
const putEvents = z.object({
  Entries: z
    .array(z.object({ EventBusName: filled, Source: filled, DetailType: filled, Detail: z.string() }))
    .min(1)
    .max(10),
});
type Entry = z.infer<typeof putEvents>['Entries'][number];

const OPERATION = 'AWSEvents.PutEvents';

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly type?: string;
}

const refusal = (type: string, message: string): Answer => ({ status: 400, type, body: { message } });

/**
 * An EventBridge endpoint that keeps events in a file, a line each as rules would get it, instead of passing them on. It refuses what
 * isn't an event as EventBridge does, and any other operation.
 */
export function eventSink(file: string): Server {
  return createServer((request, response) => {
    answerTo(request, file)
      .catch((error: unknown): Answer => ({ status: 500, type: 'InternalException', body: { message: String(error) } }))
      .then(({ status, body, type }) => {
        response
          .writeHead(status, {
            'content-type': 'application/x-amz-json-1.1',
            ...(type && { 'x-amzn-errortype': type }),
          })
          .end(JSON.stringify(body));
      });
  });
}

async function answerTo(request: IncomingMessage, file: string): Promise<Answer> {
  const operation = request.headers['x-amz-target'];
  const body = await json(request).catch(() => undefined);
  if (operation !== OPERATION) {
    return refusal('UnknownOperationException', `The event sink holds PutEvents only; received ${operation}.`);
  }
  const parsed = putEvents.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refusal('ValidationException', `${issue?.path.join('.') || 'The request'}: ${issue?.message}.`);
  }
  const kept = parsed.data.Entries.map((entry) => ({ id: randomUUID(), entry, detail: detailOf(entry) }));
  const lines = kept.flatMap(({ id, entry, detail }) =>
    detail ? [`${JSON.stringify(event(id, entry, detail))}\n`] : [],
  );
  await appendFile(file, lines.join(''));
  const Entries = kept.map(({ id, detail }) =>
    detail ? { EventId: id } : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
  );
  return { status: 200, body: { FailedEntryCount: kept.length - lines.length, Entries } };
}

/** As a rule's target gets it. */
function event(id: string, { EventBusName, Source, DetailType }: Entry, detail: object): object {
  const time = new Date().toISOString();
  return { version: '0', id, 'detail-type': DetailType, source: Source, time, bus: EventBusName, detail };
}

/** Null for what isn't a JSON object. */
function detailOf({ Detail }: Entry): object | null {
  try {
    const parsed: unknown = JSON.parse(Detail);
    return typeof parsed === 'object' && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
