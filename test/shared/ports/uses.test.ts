import { expect, expectTypeOf, test } from 'vitest';
import { USES as AGGREGATOR } from '../../../functions/aggregator/deps.ts';
import { aggregator } from '../../../functions/aggregator/handler.ts';
import { USES as DEAD_LETTER } from '../../../functions/dead-letter/deps.ts';
import { deadLetter } from '../../../functions/dead-letter/handler.ts';
import { pipelineFunction } from '../../../shared/lambda/declaration.ts';
import type { ObjectReader } from '../../../shared/ports/objects.ts';
import {
  type AllPlatformPorts,
  type AllPorts,
  type Connected,
  platformPortsOf,
  portsOf,
} from '../../../shared/ports/uses.ts';
import { testDeps } from '../support.ts';

const notAsked = (): never => expect.unreachable('A port that is not declared was asked for.');

/** Ports that say so when they are asked for. */
function guarded(): AllPorts {
  const { pipeline, clock, random, log, metrics, stores, queues } = testDeps();
  return {
    ...{ pipeline, clock, random, log, metrics, stores },
    queues: {
      aggregate: queues.aggregate,
      get split() {
        return notAsked();
      },
      get work() {
        return notAsked();
      },
      get calls() {
        return notAsked();
      },
    },
    get calls() {
      return notAsked();
    },
    get objects() {
      return notAsked();
    },
    get caller() {
      return notAsked();
    },
    get callbacks() {
      return notAsked();
    },
    get reportLinks() {
      return notAsked();
    },
    get gateStore() {
      return notAsked();
    },
    get mailer() {
      return notAsked();
    },
    get mailFrom() {
      return notAsked();
    },
    get events() {
      return notAsked();
    },
    get notifier() {
      return notAsked();
    },
    get reduceDigest() {
      return notAsked();
    },
  };
}

test('a function gets the ports that it declares; the others are not even made', () => {
  const ports = portsOf(DEAD_LETTER, guarded());
  expect(Object.keys(ports).sort()).toEqual(
    ['clock', 'log', 'metrics', 'pipeline', 'queues', 'random', 'stores'].sort(),
  );
  expect(Object.keys(ports.queues)).toEqual(['aggregate']);
});

test('a function of the platform gets no pipeline', () => {
  const { clock, random, log, metrics, stores, objects, queues } = testDeps();
  const all: AllPlatformPorts = {
    ...{ clock, random, log, metrics },
    storesOf: () => stores,
    objectsOf: () => objects,
    queuesOf: () => queues,
    callsOf: notAsked,
    get mailer() {
      return notAsked();
    },
    get mailFrom() {
      return notAsked();
    },
    get events() {
      return notAsked();
    },
  };
  const ports = platformPortsOf({ table: { 'P#': ['get'] }, aggregate: 'send' }, all);
  expect(Object.keys(ports).sort()).toEqual(['clock', 'log', 'metrics', 'queuesOf', 'random', 'storesOf']);
  expect(ports.storesOf('squares')).toBe(stores);
  expect(ports.queuesOf('squares')).toEqual({ aggregate: queues.aggregate });
  // @ts-expect-error Its queue is another.
  expect(ports.queuesOf('squares').work).toBeUndefined();
});

/** Checked by the compiler: a line that compiles where an error is expected is one. */
test("a port that isn't declared is a type error", () => {
  const rest = { purpose: 'none', timeoutSeconds: 1, memoryMB: 128 };
  pipelineFunction({ ...rest, uses: DEAD_LETTER, handler: async () => deadLetter });
  pipelineFunction({ ...rest, uses: AGGREGATOR, handler: async () => aggregator });
  // @ts-expect-error It declares neither objects nor mail.
  pipelineFunction({ ...rest, uses: DEAD_LETTER, handler: async () => aggregator });

  const ports = portsOf({ ...DEAD_LETTER, objects: ['get'] }, { ...testDeps(), ...noCalls });
  expectTypeOf(ports.objects).toEqualTypeOf<ObjectReader>();
  // @ts-expect-error Its queue is another.
  expect(ports.queues.work).toBeUndefined();
  // @ts-expect-error It calls nothing.
  expect(ports.caller).toBeUndefined();
  expectTypeOf<Connected<typeof AGGREGATOR>>().toHaveProperty('mailFrom');
  expectTypeOf<Connected<typeof DEAD_LETTER>>().not.toHaveProperty('mailFrom');
});

const noCalls = {
  reduceDigest: '',
  caller: { call: notAsked, close: async () => undefined },
  mailer: { send: notAsked },
  mailFrom: '',
  events: { runEnded: notAsked },
  notifier: { tell: notAsked },
};
