import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import { listenLocally } from './loopback.ts';

/** Where a process that has the state folder answers, and the token that it wants to see. */
export const adminAddress = z.object({ url: z.url(), token: z.string() });
export type AdminAddress = z.infer<typeof adminAddress>;

const one = z.object({ pipeline: z.string() });

/** What a terminal wants that joins. */
export const joinRequest = z.object({
  pipeline: z.string(),
  endpointUrl: z.string().optional(),
});
export type JoinRequest = z.infer<typeof joinRequest>;

/** What other terminals may ask of a running host. */
export interface AdminActions {
  /** Names of the pipelines that it works on. */
  pipelines(): readonly string[];
  /** Disables the work queue's mapping, as pausing a deployed pipeline does. False: it doesn't work on that pipeline. */
  pause(pipeline: string): Promise<boolean>;
  resume(pipeline: string): boolean;
  /** Works on a pipeline, and says on this connection, which the terminal holds open, how that goes. */
  join(request: JoinRequest, connection: ServerResponse): Promise<void>;
}

export interface Admin {
  readonly address: AdminAddress;
  /** Without actions it only says that it lives. */
  serve(actions: AdminActions): void;
  stop(): Promise<void>;
}

/**
 * Answers on a free port of 127.0.0.1 those who can read the host's file: the token keeps out web pages, which can send requests to
 * this machine too. The port closes with the process, however that ends, so an answer is the proof of life.
 */
export async function startAdmin(): Promise<Admin> {
  const token = randomUUID();
  let actions: AdminActions | null = null;
  const server = createServer((request, response) => {
    const refuse = (status: number) => void response.writeHead(status).end();
    if (request.headers.authorization !== `Bearer ${token}`) refuse(401);
    else
      answer(actions, request, response).then(
        (status) => status !== null && refuse(status),
        () => (response.headersSent ? response.destroy() : refuse(400)),
      );
  });
  const { url, stop } = await listenLocally(server);
  return {
    address: { url, token },
    serve(given) {
      actions = given;
    },
    stop,
  };
}

/** Gives the status of an answer without a body; null where the action has answered. */
async function answer(
  actions: AdminActions | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<number | null> {
  const asked = `${request.method} ${request.url}`;
  if (asked === 'GET /') {
    response.end(JSON.stringify({ pipelines: actions?.pipelines() ?? [] }));
    return null;
  }
  if (!actions) return 404;
  if (asked === 'POST /pause') return (await actions.pause(one.parse(await json(request)).pipeline)) ? 204 : 404;
  if (asked === 'POST /resume') return actions.resume(one.parse(await json(request)).pipeline) ? 204 : 404;
  if (asked !== 'POST /join') return 404;
  await actions.join(joinRequest.parse(await json(request)), response);
  return null;
}

const work = z.object({ pipelines: z.array(z.string()) });

/** A process that lives answers at once, unless a user's code keeps it busy. */
const ANSWER_MS = 3_000;

/** What a process answers: the pipelines that it works on; nothing for now, though it may live; or it is gone. */
export type Answer = readonly string[] | 'silent' | 'gone';

/**
 * Asks the process at an address what it works on. Its process id says nothing: in a container the next process has the same. Only a
 * port that is closed, or answers as something else, shows that it is gone. One that is too busy to answer lives, and a question that
 * this process could not put, as when it has no file descriptor left, says nothing about the other.
 */
export async function askAdmin({ url, token }: AdminAddress, patienceMs = ANSWER_MS): Promise<Answer> {
  try {
    // A connection kept from an earlier question would be cut off by an end that is none of the port's.
    const headers = { authorization: `Bearer ${token}`, connection: 'close' };
    const response = await fetch(`${url}/`, { headers, signal: AbortSignal.timeout(patienceMs) });
    const said = work.safeParse(await response.json());
    return said.success ? said.data.pipelines : 'gone';
  } catch (error) {
    return error instanceof SyntaxError || isRefused(error) ? 'gone' : 'silent';
  }
}

/** Whether nothing listens at the address, or something that doesn't speak HTTP. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return false;
  // A parser's error has a code or not, by who made `fetch` what it is: Node, or the package undici once it is loaded.
  return cause.name === 'HTTPParserError' || ('code' in cause && cause.code === 'ECONNREFUSED');
}

/** Asks a running host to act; resolves when it has. @throws {Error} where it doesn't answer or refuses */
export async function callAdmin(
  { url, token }: AdminAddress,
  action: 'pause' | 'resume',
  pipeline: string,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/${action}`, { method: 'POST', headers, body: JSON.stringify({ pipeline }) });
  if (!response.ok)
    throw new Error(`The running host answered ${response.status} when asked to ${action} ${pipeline}.`);
}
