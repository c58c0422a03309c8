import type { CallScene } from './model.ts';
import { PHASE } from './world.ts';

function scene(over: Partial<CallScene>): CallScene {
  return {
    phase: PHASE.due,
    calls: 1,
    clients: [],
    left: {},
    attempts: 2,
    retry: PHASE.near,
    to: PHASE.far,
    killers: [],
    forwarders: 2,
    rounds: 1,
    latest: false,
    years: false,
    isCancelled: false,
    ...over,
  };
}

const FAR = { phase: PHASE.far, forwarders: 1 };
const CREATED = { calls: 0, clients: ['a'] };

export const SCENES = {
  'created and due, a crash, asked again': scene({ ...CREATED, left: { crash: 1, again: 1 } }),
  'created far off, a crash, asked again': scene({ ...CREATED, ...FAR, left: { crash: 1, again: 1 } }),
  'two clients of one body, one of another': scene({ calls: 0, clients: ['a', 'a', 'b'], forwarders: 1 }),
  'a duplicate and a crash': scene({ left: { duplicate: 1, crash: 1 } }),
  'a failure and a crash': scene({ left: { failure: 1, crash: 1 } }),
  'a failure, its retry far off, and a crash': scene({
    retry: PHASE.far,
    forwarders: 1,
    left: { failure: 1, crash: 1 },
  }),
  'failures until it fails, a duplicate': scene({ forwarders: 1, left: { failure: 2, duplicate: 1 } }),
  'pressure and a failure': scene({ forwarders: 1, left: { pressure: 1, failure: 1 } }),
  'cancelled, a crash, asked again': scene({ left: { cancel: 1, crash: 1, again: 1 } }),
  'cancelled, a failure': scene({ left: { cancel: 1, failure: 1 } }),
  'cancelled years ahead, two crashes': scene({ ...FAR, years: true, isCancelled: true, left: { crash: 2 } }),
  'cancelled, a forwarder that dawdles': scene({ left: { cancel: 1, dawdle: 1 } }),
  'far off, two rounds, a crash': scene({ ...FAR, rounds: 2, left: { crash: 1 } }),
  'raised in haste, a crash': scene({ left: { haste: 1, crash: 1 } }),
  'two rounds in haste': scene({ rounds: 2, left: { haste: 2 } }),
  'a forwarder that dawdles, a crash': scene({ left: { dawdle: 1, crash: 1 } }),
  'raised in haste while one dawdles': scene({ left: { haste: 1, dawdle: 1 } }),
  'a dead letter and a duplicate': scene({ left: { dead: 1, duplicate: 1 } }),
  'a dead letter and a failure': scene({ left: { dead: 1, failure: 1, duplicate: 1 } }),
  'moved far off, a duplicate': scene({ phase: PHASE.near, forwarders: 1, left: { move: 1, duplicate: 1 } }),
  'moved near, a crash': scene({ ...FAR, to: PHASE.near, left: { move: 1, crash: 1 } }),
  'moved while one dawdles with a failure': scene({ forwarders: 1, left: { move: 1, dawdle: 1, failure: 1 } }),
  'a last moment, a crash': scene({ latest: true, left: { crash: 1, haste: 1 } }),
  'a killer': scene({ killers: [0] }),
  'a killer and its neighbour': scene({ calls: 2, killers: [1] }),
  'two neighbours, two crashes': scene({ calls: 2, forwarders: 1, left: { crash: 2 } }),
  'two neighbours and a duplicate': scene({ calls: 2, left: { duplicate: 1 } }),
} satisfies Record<string, CallScene>;
