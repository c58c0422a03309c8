import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  HandlerExecutionContext,
  HttpHandlerOptions,
  HttpRequest,
  HttpResponse,
  MetadataBearer,
  MiddlewareStack,
} from '@smithy/types';
import { LearnedRequest } from './learned-request.ts';
import type { Credentials } from './signature.ts';

/** Longest wait before the SDK repeats what failed here: as before its own second tries. */
const WAIT_MS = 50;

/** What is used of an SDK client. */
export interface DirectClient<I extends object, O extends MetadataBearer> {
  readonly middlewareStack: MiddlewareStack<I, O>;
  readonly config: {
    readonly systemClockOffset: number;
    credentials(): Promise<Credentials>;
    maxAttempts(): Promise<number>;
    readonly requestHandler: {
      handle(request: HttpRequest, options: HttpHandlerOptions): Promise<{ readonly response: HttpResponse }>;
    };
  };
}

/** How a service's commands are written and read. */
export interface DirectCommands<I extends object, O extends object> {
  /** By the names of their classes. Their input and output are JSON as it is, but for what is encoded and decoded here. */
  readonly names: ReadonlySet<string>;
  /** What goes to a host of its own; the same text for all that goes to the same one. */
  hostOf(input: I): string;
  /** An input as JSON holds it. */
  encode(input: I): object;
  /** Mends an output as JSON holds it to what the SDK gives. */
  decode(output: O): void;
  /** The error of an answer that the service means, and no other try would change. */
  failureOf(type: string, message: string, metadata: MetadataBearer['$metadata']): Error | null;
}

/**
 * Sends a client's most frequent commands by a short way, and leaves everything else to the SDK. Its serializers, rules and signers are made for any
 * service and cost ten times what these few commands need. The first command goes the SDK's way, and the rest look like that one. What doesn't end
 * well here is repeated by the SDK, with its tries, waits and errors.
 */
export function sendDirectly<I extends object, O extends MetadataBearer>(
  client: DirectClient<I, O>,
  { names, hostOf, encode, decode, failureOf }: DirectCommands<I, O>,
): void {
  const { config, middlewareStack } = client;
  const learned = new Map<string, LearnedRequest | null>();

  async function answerTo(like: LearnedRequest, command: string, input: I, options: HttpHandlerOptions) {
    const [credentials, max] = await Promise.all([config.credentials(), config.maxAttempts()]);
    const request = like.of(
      {
        operation: command.slice(0, -'Command'.length),
        body: JSON.stringify(encode(input)),
        id: randomUUID(),
        attempt: `attempt=1; max=${max}`,
        at: new Date(Date.now() + config.systemClockOffset),
        trace: process.env._X_AMZN_TRACE_ID,
      },
      credentials,
    );
    const { response } = await config.requestHandler.handle(request, options);
    const text = await textOf(response.body);
    const $metadata = metadataOf(response);
    if (response.statusCode === 200) {
      const output: O = text === '' ? {} : JSON.parse(text);
      output.$metadata = $metadata;
      decode(output);
      return { response, output };
    }
    const { __type: type, message, Message }: Record<string, unknown> = JSON.parse(text);
    const failure = failureOf(String(type).replace(/^.*#/, ''), String(message ?? Message ?? ''), $metadata);
    return failure && { failure };
  }

  middlewareStack.add(
    (next) => (args) => {
      const host = hostOf(args.input);
      if (!learned.has(host) && isRequest(args.request)) learned.set(host, LearnedRequest.from(args.request));
      return next(args);
    },
    { step: 'deserialize', name: 'learnRequest', priority: 'high', override: true },
  );
  middlewareStack.add(
    (next, context) => {
      const { commandName = '' } = context;
      if (!names.has(commandName)) return next;
      const options = optionsIn(context);
      return async (args) => {
        const like = learned.get(hostOf(args.input));
        if (!like) return next(args);
        let answer: Awaited<ReturnType<typeof answerTo>>;
        try {
          answer = await answerTo(like, commandName, args.input, options);
        } catch {
          answer = null;
        }
        if (answer === null) {
          await sleep(Math.random() * WAIT_MS);
          return next(args);
        }
        if ('failure' in answer) throw answer.failure;
        return answer;
      };
    },
    { step: 'initialize', name: 'sendDirectly', priority: 'high', override: true },
  );
}

/** What a caller gave beside its command: the signal that calls it off. */
function optionsIn({ __smithy_context: given }: HandlerExecutionContext): HttpHandlerOptions {
  const signal = given?.abortSignal;
  return signal instanceof AbortSignal ? { abortSignal: signal } : {};
}

function metadataOf({ statusCode, headers }: HttpResponse): MetadataBearer['$metadata'] {
  const requestId = headers['x-amzn-requestid'];
  return {
    httpStatusCode: statusCode,
    ...(requestId !== undefined && { requestId }),
    attempts: 1,
    totalRetryDelay: 0,
  };
}

function isRequest(value: unknown): value is HttpRequest {
  return typeof value === 'object' && value !== null && 'hostname' in value && 'headers' in value;
}

/** @throws where the answer breaks off */
function textOf(body: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!(body instanceof Readable)) return reject(new TypeError('The answer has no body that can be read.'));
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    body.on('error', reject);
    body.on('close', () => reject(new Error('The answer broke off.')));
  });
}
