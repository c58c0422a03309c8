import { createServer } from 'node:http';
import { listenLocally } from '../../local/loopback.ts';

/** An S3 that has one content under every key, and keeps who asked for it. */
export async function fakeS3(content: string) {
  const asked: string[] = [];
  const server = createServer(({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${/Credential=([^/]+)\/\d+\/([^/]+)/.exec(headers.authorization ?? '')?.slice(1)}`);
    const [from, to] = (/bytes=(\d+)-(\d+)/.exec(headers.range ?? '')?.slice(1) ?? []).map(Number);
    const body = content.slice(from, to === undefined ? undefined : to + 1);
    response.setHeader('etag', '"1"').setHeader('content-length', body.length);
    response.writeHead(from === undefined ? 200 : 206).end(method === 'HEAD' ? undefined : body);
  });
  const listening = await listenLocally(server);
  /** AWS settings of a person whose account this is. */
  const environment = {
    AWS_PROFILE: undefined,
    AWS_ACCESS_KEY_ID: 'MINE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_REGION: 'eu-north-1',
    AWS_ENDPOINT_URL_S3: listening.url,
  };
  return { ...listening, asked, environment };
}
