import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type HttpCallerOptions, httpCaller } from '../../../../shared/adapters/endpoints/http.ts';
import type { Pipeline } from '../../../../shared/author/definition.ts';
import type { Caller, CallRequest } from '../../../../shared/ports/caller.ts';
import { Listeners } from '../../listeners.ts';
import { testPipeline } from '../../support.ts';

export function pipelineOf(name = 'squares', over: Partial<Pipeline['endpoint']> = {}): HttpCallerOptions['pipeline'] {
  const { endpoint } = testPipeline();
  return { name, endpoint: { ...endpoint, timeoutSeconds: 5, maxResponseBytes: 1_000, ...over } };
}

export const request = (over: Partial<CallRequest> = {}): CallRequest => ({
  run: 'march~2',
  root: 'march',
  child: '0-0.0.7',
  attempt: 1,
  method: 'POST',
  path: '/square',
  headers: { 'content-type': 'application/json' },
  body: '{"n":7}',
  ...over,
});

/** Services and callers of one test file, all of which end with each of its tests. */
export function calling() {
  const listeners = new Listeners();
  const serving = (listener: RequestListener) => listeners.listen(createServer(listener));
  return {
    listeners,
    serving,
    /** A service that answers once it has read the request. */
    answering: (answer: (response: ServerResponse, request: IncomingMessage) => void) =>
      serving((request, response) => {
        request.resume();
        request.on('end', () => answer(response, request));
      }),
    callerOf(url: string, over: Partial<HttpCallerOptions> = {}): Caller {
      const caller = httpCaller({ url, connections: 4, signer: null, pipeline: pipelineOf(), ...over });
      listeners.closing(() => caller.close());
      return caller;
    },
  };
}
