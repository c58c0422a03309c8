import { createServer } from 'node:http';
import { listenLocally } from '../../local/loopback.ts';

/** DynamoDB and SQS that take everything, keep nothing and say nothing but yes. */
export async function nullServers() {
  let firstSentAt: number | null = null;
  const server = createServer((request, response) => {
    if (request.headers['x-amz-target'] === 'AmazonSQS.SendMessageBatch') firstSentAt ??= Date.now();
    request.resume().once('end', () => response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}'));
  });
  const { url, stop } = await listenLocally(server);
  return {
    url,
    stop,
    /** When the first messages came since this was asked last; null where none did. */
    firstSent(): number | null {
      const at = firstSentAt;
      firstSentAt = null;
      return at;
    },
  };
}
