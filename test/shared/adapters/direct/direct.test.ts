import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { SignatureV4 } from '@smithy/signature-v4';
import { expect, onTestFinished, test } from 'vitest';
import { sendItemsDirectly } from '../../../../shared/adapters/direct/dynamodb.ts';
import { sendMessagesDirectly } from '../../../../shared/adapters/direct/sqs.ts';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Respond = (response: ServerResponse, nth: number) => void;

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const bytes = new Uint8Array([0, 1, 254, 255]);
const item = { pk: { S: 'P#é' }, p: { B: bytes }, ttl: { N: '7' }, done: { NS: ['1', '2'] } };
const stored = { ...item, p: { B: Buffer.from(bytes).toString('base64') } };

/** A service that answers as told, and what it was asked. */
async function service(respond: Respond) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    seen.push({ method, url, headers, body: await text(request) });
    respond(response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`;
  return { seen, options: { region: 'eu-west-1', endpoint, credentials, maxAttempts: 5, cacheMiddleware: true } };
}

const answering =
  (body: object, status = 200): Respond =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': 'r-1' });
    response.end(JSON.stringify(body));
  };

/** What two requests for the same must share. */
function shared({ method, url, headers, body }: Seen) {
  const { authorization = '', ...others } = headers;
  const own = ['amz-sdk-invocation-id', 'x-amz-date', 'x-amz-content-sha256', 'content-length', 'user-agent'];
  return {
    ...{ method, url, body: JSON.parse(body) },
    headers: Object.fromEntries(Object.entries(others).filter(([name]) => !own.includes(name))),
    signed: authorization.replace(/Signature=.*/, ''),
  };
}

/** The signature that the SDK's own signer gives the request. */
async function signatureOf({ headers, body }: Seen, serviceName: string): Promise<string | undefined> {
  const signer = new SignatureV4({ service: serviceName, region: 'eu-west-1', credentials, sha256: Sha256 });
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const given = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const at = String(headers['x-amz-date']).replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
  const [hostname = '', port] = String(headers.host).split(':');
  const of = { method: 'POST', protocol: 'http:', hostname, port: Number(port), path: '/', query: {}, body };
  return (await signer.sign({ ...of, headers: given }, { signingDate: new Date(at) })).headers.authorization;
}

const TableName = 't';
const Key = { pk: { S: 'a' } };
const ITEM_CALLS: readonly (readonly [string, (client: DynamoDBClient) => Promise<object>, object])[] = [
  ['got', (client) => client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true })), { Item: stored }],
  [
    'put',
    (client) =>
      client.send(new PutItemCommand({ TableName, Item: item, ConditionExpression: 'attribute_not_exists(pk)' })),
    {},
  ],
  [
    'updated',
    (client) =>
      client.send(
        new UpdateItemCommand({
          ...{ TableName, Key, UpdateExpression: 'SET #a = :0', ExpressionAttributeNames: { '#a': 'a' } },
          ...{ ExpressionAttributeValues: { ':0': { B: bytes } }, ReturnValues: 'ALL_NEW' },
        }),
      ),
    { Attributes: stored },
  ],
  [
    'found',
    (client) => client.send(new QueryCommand({ TableName, Limit: 2 })),
    { Items: [stored, stored], Count: 2, LastEvaluatedKey: Key },
  ],
  [
    'got with others',
    (client) => client.send(new BatchGetItemCommand({ RequestItems: { t: { Keys: [Key] } } })),
    { Responses: { t: [stored] } },
  ],
];

test.each(ITEM_CALLS)('an item is %s as the SDK does it', async (_, call, answer) => {
  const { seen, options } = await service(answering(answer));
  const plain = await call(new DynamoDBClient(options));
  const client = new DynamoDBClient(options);
  sendItemsDirectly(client);
  // The first is the SDK's own.
  await call(client);
  expect(await call(client)).toEqual(plain);
  const [first, , direct] = seen;
  if (!first || !direct) throw new Error('Three requests were to be made.');
  expect(shared(direct)).toEqual(shared(first));
  expect(direct.headers.authorization).toBe(await signatureOf(direct, 'dynamodb'));
});

test('messages are sent, counted, received and deleted as the SDK does it', async () => {
  const { seen, options } = await service((response, nth) => {
    const answers = new Map<string | undefined, object>([
      ['AmazonSQS.GetQueueAttributes', { Attributes: { VisibilityTimeout: '30' } }],
      ['AmazonSQS.ReceiveMessage', { Messages: [{ Body: 'b', MessageAttributes: { a: { BinaryValue: 'AP8=' } } }] }],
    ]);
    const target = response.req.headers['x-amz-target']?.toString();
    answering(answers.get(target) ?? { Successful: [{ Id: '0' }], Failed: [] })(response, nth);
  });
  const QueueUrl = `${options.endpoint}/123456789012/work`;
  const calls: readonly ((client: SQSClient) => Promise<object>)[] = [
    (client) => client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })),
    (client) =>
      client.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [{ Id: '0', MessageBody: '{"é":"\\u0001"}', DelaySeconds: 3 }],
        }),
      ),
    (client) => client.send(new ReceiveMessageCommand({ QueueUrl }), { abortSignal: new AbortController().signal }),
    (client) => client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '0', ReceiptHandle: 'r' }] })),
  ];
  const plain = new SQSClient({ ...options, md5: false });
  const outputs: object[] = [];
  for (const call of calls) outputs.push(await call(plain));
  const client = new SQSClient({ ...options, md5: false });
  sendMessagesDirectly(client);
  await calls[0]?.(client);
  for (const [i, call] of calls.entries()) {
    expect(await call(client)).toEqual(outputs[i]);
    const [first, direct] = [seen[i], seen[5 + i]];
    if (!first || !direct) throw new Error('Nine requests were to be made.');
    expect(shared(direct)).toEqual(shared(first));
    expect(direct.headers.authorization).toBe(await signatureOf(direct, 'sqs'));
  }
});

test('a condition that fails is told at once, as the error that the SDK throws', async () => {
  const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
  const { seen, options } = await service((response, nth) =>
    nth === 1
      ? answering({})(response, nth)
      : answering({ __type, message: 'The conditional request failed' }, 400)(response, nth),
  );
  const client = new DynamoDBClient(options);
  sendItemsDirectly(client);
  const put = () => client.send(new PutItemCommand({ TableName, Item: Key }));
  await put();
  const error: unknown = await put().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConditionalCheckFailedException);
  expect(error).toMatchObject({ message: 'The conditional request failed', $metadata: { httpStatusCode: 400 } });
  expect(seen).toHaveLength(2);
});

const TROUBLE: readonly (readonly [string, Respond])[] = [
  ['throttled', answering({ __type: 'x#ThrottlingException', message: 'slower' }, 400)],
  ['an error of the service', (response) => void response.writeHead(500).end('<html>')],
  ['cut off', (response) => void response.destroy()],
  [
    'an answer that breaks off',
    (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"Item":', () => response.destroy());
    },
  ],
];

test.each(TROUBLE)('what is %s is repeated by the SDK', async (_, trouble) => {
  const { seen, options } = await service((response, nth) =>
    (nth === 2 || nth === 3 ? trouble : answering({ Item: stored }))(response, nth),
  );
  const client = new DynamoDBClient(options);
  sendItemsDirectly(client);
  const get = () => client.send(new GetItemCommand({ TableName, Key }));
  await get();
  expect((await get()).Item).toEqual(item);
  expect(seen).toHaveLength(4);
  // And the next one goes the short way again.
  expect((await get()).Item).toEqual(item);
  expect(seen).toHaveLength(5);
});
