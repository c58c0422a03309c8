import type { Channel } from '../../author/channels.ts';
import type { Notice, Notifier, Told } from '../../ports/notifier.ts';
import { credentialsOf } from '../endpoints/credentials.ts';
import type { Secrets } from '../endpoints/secrets.ts';

/** A run's end waits for all channels: three tries that hang, and the pauses between them, take 24 seconds. */
const TRY_MS = 6_000;
const PAUSES_MS = [1_000, 5_000];
/** A channel that wants a longer pause than this is given up: the run's end waits for it. */
const LONGEST_PAUSE_MS = 10_000;

export interface HttpNotifierOptions {
  readonly secrets: Secrets;
  /** Waits; a test's need not. */
  readonly pause?: (ms: number) => Promise<void>;
  /** Only a test's channels are at addresses without TLS. */
  readonly allowHttp?: boolean;
}

/** POSTs over HTTPS. Redirects are not followed: an answer chooses no host. */
export function httpNotifier({
  secrets,
  pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  allowHttp = false,
}: HttpNotifierOptions): Notifier {
  async function post(channel: Channel, notice: Notice): Promise<Response> {
    const { url, body, headers } = await requestFor(channel, notice, secrets);
    if (!allowHttp && new URL(url).protocol !== 'https:') throw new Error('its URL is not https');
    return fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TRY_MS),
    });
  }

  return {
    async tell(channel, notice) {
      for (let attempt = 0; ; attempt++) {
        const { told, again } = await tried(() => post(channel, notice));
        const pauseMs = Math.max(PAUSES_MS[attempt] ?? Number.POSITIVE_INFINITY, again ?? Number.POSITIVE_INFINITY);
        if (told.outcome === 'told' || pauseMs > LONGEST_PAUSE_MS) return told;
        await pause(pauseMs);
      }
    },
  };
}

/** One try. `again`: how long to wait before another, where that may help. */
async function tried(post: () => Promise<Response>): Promise<{ told: Told; again: number | null }> {
  try {
    const response = await post();
    // Unread, it would keep its connection.
    await response.body?.cancel();
    const { status } = response;
    const wanted = Number(response.headers.get('retry-after') ?? 0) * 1_000;
    const mayHelp = status === 408 || status === 429 || status >= 500;
    return {
      told: { outcome: status >= 200 && status < 300 ? 'told' : 'failed', detail: `HTTP ${status}` },
      again: mayHelp ? (Number.isFinite(wanted) ? wanted : 0) : null,
    };
  } catch (error) {
    const isNetwork = error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError');
    return { told: { outcome: 'failed', detail: reasonOf(error) }, again: isNetwork ? 0 : null };
  }
}

/** Why there was no answer: a code, or our own words. What else is thrown may name the URL, which is a secret. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return `no answer within ${TRY_MS / 1_000} s`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  if (error instanceof TypeError) return code ?? 'no answer';
  return /^(?:its |The secret )/.test(error.message) ? error.message : `its secret can't be read: ${error.name}`;
}

async function requestFor(channel: Channel, { key, json, slack }: Notice, secrets: Secrets) {
  if (channel.type === 'slack') {
    const url = (await secrets.read(channel.secret)).trim();
    if (!URL.canParse(url)) throw new Error('its secret is no URL');
    return { url, body: JSON.stringify({ text: slack }), headers: {} };
  }
  const body = JSON.stringify(json);
  const headers = await credentialsOf(channel, secrets)?.headersOf(key, body);
  return { url: channel.url, body, headers: { 'idempotency-key': key, ...headers } };
}
