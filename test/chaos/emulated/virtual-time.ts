import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';

/** Tells the emulated SQS what time it is: epoch milliseconds, whole ones. */
export const NOW_HEADER = 'x-virtual-now';

export interface VirtualTimeOptions {
  readonly now: () => number;
  /** Asked at each answer to a request that sends: true loses it, and the SDK's client sends the same again. */
  readonly isLost: () => boolean;
  readonly http: NodeHttpHandlerOptions;
}

/** Puts the virtual time on each request of an SQS client, below its retries. */
export class VirtualTimeHandler extends NodeHttpHandler {
  readonly #options: VirtualTimeOptions;

  constructor(options: VirtualTimeOptions) {
    super(options.http);
    this.#options = options;
  }

  override async handle(...[request, options]: Parameters<NodeHttpHandler['handle']>) {
    request.headers[NOW_HEADER] = String(Math.floor(this.#options.now()));
    const answer = await super.handle(request, options);
    if (request.headers['x-amz-target'] === 'AmazonSQS.SendMessageBatch' && this.#options.isLost()) {
      answer.response.body?.resume?.();
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    }
    return answer;
  }
}
