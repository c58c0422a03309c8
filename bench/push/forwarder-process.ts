import { createServer } from 'node:http';
import { SQSClient } from '@aws-sdk/client-sqs';
import { USES } from '../../functions/forwarder/deps.ts';
import { forwarder } from '../../functions/forwarder/handler.ts';
import { SYSTEM } from '../../functions/system.ts';
import { LocalFunction } from '../../local/local-function.ts';
import { queueAddresses } from '../../local/resources.ts';
import { sqsSource } from '../../local/sqs-source.ts';
import { EventSource } from '../../shared/host/event-source.ts';
import { connect } from '../../shared/lambda/connect.ts';
import { endpoint } from '../../shared/lambda/endpoint.ts';
import { callbacks } from '../../shared/lambda/signed-urls.ts';
import { wiringOf } from '../../shared/lambda/wiring.ts';
import { SdkCounter } from '../sdk-counter.ts';
import { type GateCosts, pipelineSettings, pushPipeline } from './settings.ts';

/**
 * One environment of the deployed forwarder in a process of its own, behind one of its mapping's pollers. The first argument says of which
 * pipeline, the environment what the function's variables do. `GET /` gives what the gate's items have cost it.
 */
const pipeline = pushPipeline(pipelineSettings.parse(JSON.parse(process.argv[2] ?? '')));
const counter = new SdkCounter();
const costs = { gateReads: 0, gateWrites: 0 } satisfies GateCosts;

const wiring = wiringOf(SYSTEM, pipeline);
const mapping = wiring.mappings.find(({ queue }) => queue === 'work');
if (!mapping) throw new Error('Nothing takes the work queue.');
const handler = forwarder(connect(USES, process.env, { pipeline, endpoint, callbacks }));
const fn = new LocalFunction({ name: 'forwarder', wiring: wiring.functions.forwarder, create: () => handler });
const { url, arn } = queueAddresses(pipeline.name, process.env.AWS_ENDPOINT_URL_SQS ?? '').work;
const queue = sqsSource({ client: new SQSClient({}), queueUrl: url, queueArn: arn, logger: console });
const source = new EventSource({
  queue,
  mapping: { ...mapping, maxConcurrency: 1 },
  invoke: (event) => fn.invoke(event),
  warn: (text) => console.warn(text),
});

const server = createServer((_, response) => {
  const { gateReads, gateWrites } = counter.take();
  costs.gateReads += gateReads;
  costs.gateWrites += gateWrites;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(costs));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error(`Unexpected address ${address}.`);
  console.log(JSON.stringify({ listening: `http://127.0.0.1:${address.port}` }));
});

const end = () => void source.stop().finally(() => process.exit(0));
for (const event of ['end', 'error']) process.stdin.on(event, end);
process.stdin.resume();
process.on('SIGTERM', end);
