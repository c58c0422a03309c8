import { afterEach, expect, test, vi } from 'vitest';
import { USES as AGGREGATOR } from '../../../functions/aggregator/deps.ts';
import { USES as DEAD_LETTER } from '../../../functions/dead-letter/deps.ts';
import type { Outside, SourceFiles } from '../../../shared/author/source.ts';
import { connect, connectPlatform } from '../../../shared/lambda/connect.ts';
import { environmentOf } from '../../../shared/lambda/resources.ts';
import { testPipeline } from '../support.ts';

const pipeline = testPipeline();
const url = 'http://127.0.0.1:1';
const resources = { table: 't', objects: 'b', aggregate: url, mail: 'a@example.com', events: '', reduceDigest: 'd' };
const AWS_REGION = 'us-east-1';
const mailer = { send: vi.fn() };
const notifier = { tell: vi.fn() };
const bus = { runEnded: vi.fn() };
const links = { url: '', keys: vi.fn(), renew: vi.fn() };
const makers = {
  channels: vi.fn(() => notifier),
  mail: vi.fn(() => mailer),
  events: vi.fn(() => bus),
  reportLinks: () => links,
};
afterEach(() => vi.clearAllMocks());

test('a function is connected to what it uses, and makes nothing else', () => {
  const env = { ...environmentOf(DEAD_LETTER, resources), AWS_REGION };
  const ports = connect(DEAD_LETTER, env, { pipeline, ...makers });
  expect(Object.keys(ports).sort()).toEqual(['clock', 'log', 'metrics', 'pipeline', 'queues', 'random', 'stores']);
  expect(makers.mail).not.toHaveBeenCalled();
});

test('what few functions use is made by what they hand in', () => {
  const env = { ...environmentOf(AGGREGATOR, resources), AWS_REGION };
  const ports = connect(AGGREGATOR, env, { pipeline, ...makers });
  expect([ports.mailer, ports.mailFrom, ports.events]).toEqual([mailer, 'a@example.com', bus]);
  const { events: _, ...rest } = makers;
  // @ts-expect-error Nothing makes its events.
  expect(() => connect(AGGREGATOR, env, { pipeline, ...rest })).toThrow('the use events');
});

test('a function without one of its variables does not start, and names it', () => {
  const { MP_TABLE: _, ...env } = environmentOf(DEAD_LETTER, resources);
  expect(() => connect(DEAD_LETTER, { ...env, AWS_REGION }, { pipeline })).toThrow('MP_TABLE:');
  expect(() => connectPlatform({ table: { 'P#': ['get'] } }, { AWS_REGION }, {})).toThrow('MP_TABLE:');
});

test('a function of the platform has records and queues of any pipeline', () => {
  const uses = { table: { 'P#': ['get'] }, objects: ['get'] } as const;
  const ports = connectPlatform(uses, { ...environmentOf(uses, resources), AWS_REGION }, {});
  expect(Object.keys(ports).sort()).toEqual(['clock', 'log', 'metrics', 'objectsOf', 'queuesOf', 'random', 'storesOf']);
  expect(Object.keys(ports.storesOf('any'))).toContain('runs');
});

test("a source that reads a list of the endpoint's has its address where it is read, or is told that there is none", async () => {
  const outsides: (Outside | undefined)[] = [];
  const over = (given: SourceFiles) => {
    outsides.push(given.outside);
    return pipeline.source;
  };
  const lists = { ...pipeline, source: { ...pipeline.source, needs: { endpoint: true }, over } } as const;
  const files = () => ({ look: () => expect.fail(), read: () => expect.fail() });
  const env = environmentOf({ endpoint: 'call' }, { endpoint: url, endpointAuth: 'IAM' });
  const splitter = { source: 'read' } as const;
  connect(splitter, { ...env, AWS_REGION }, { pipeline: lists, files });
  expect(outsides[0]?.endpoint()).toMatchObject({ url, signedFor: 'lambda', mayBePrivate: true, region: AWS_REGION });
  expect(() => connect(splitter, { AWS_REGION }, { pipeline: lists, files })).toThrow('MP_ENDPOINT_URL:');
  connect({}, { AWS_REGION }, { pipeline: lists, files });
  expect(outsides[1]?.endpoint).toThrow("isn't called from here");
});
