import type { Pipeline } from '../author/definition.ts';
import { ANY_QUEUES, type AnyQueue } from '../domain/queues.ts';
import type { CallStore } from './call-store.ts';
import type { Caller } from './caller.ts';
import type { AllQueues, Process, Senders } from './deps.ts';
import type { Events } from './events.ts';
import type { GateStore } from './gate-store.ts';
import type { Mailer } from './mailer.ts';
import type { Notifier } from './notifier.ts';
import type { LinkedObjects, ObjectLinks, Objects } from './objects.ts';
import type { SignedUrls } from './signed-urls.ts';
import type { Stores } from './stores.ts';

/** The rights on the table's items of one kind. `query-index` lists runs through the index; every other right reaches items by their key. */
export type TableRight = 'get' | 'put' | 'update' | 'delete' | 'query' | 'batch-get' | 'query-index';
/**
 * `put-stream` writes objects that don't fit in memory, and may abort an upload that it began. `copy` reads what it replaces. `link` lets others get
 * one, by a URL.
 */
export type ObjectRight = 'get' | 'put' | 'put-stream' | 'copy' | 'link';
/** First letters of the table's leading keys: a pipeline's own items, an endpoint's gate, a budget of calls. */
export type KeyPrefix = 'P#' | 'E#' | 'R#';

/**
 * What a function declares to use. Each word is at once the environment variables that it reads, the rights that its role
 * gets and the port that its handler gets: nothing else gives any of the three.
 */
export interface Uses extends Readonly<Partial<Record<AnyQueue, 'send'>>> {
  readonly table?: Readonly<Partial<Record<KeyPrefix, readonly TableRight[]>>>;
  readonly objects?: readonly ObjectRight[];
  /** The queue-dedicated clone of the pipeline's service. */
  readonly endpoint?: 'call';
  /** Tokens for callbacks: URLs with them are handed out, or what comes to these is taken. */
  readonly callbacks?: 'offer' | 'take';
  /** Links to reports: mails carry them, or what comes by them is taken. */
  readonly reportLinks?: 'offer' | 'take';
  readonly mail?: 'send';
  /** Channels that are told of a run's end. */
  readonly channels?: 'tell';
  readonly events?: 'put';
  /** What the pipeline's source declares. */
  readonly source?: 'read';
  /** The files that the pipeline's outputs include. */
  readonly outputs?: 'include';
  /** The digest of the definition and code that reduce. */
  readonly reduce?: 'digest';
}

/** What a function of the platform can use: it stands beside the pipelines, and has no endpoint or definition. Queues are any pipeline's. */
export type PlatformUses = Pick<Uses, 'table' | 'objects' | 'mail' | 'events' | AnyQueue>;

/** Every port that a function of a pipeline can have. */
export interface AllPorts extends Process {
  readonly pipeline: Pipeline;
  readonly stores: Stores;
  readonly objects: LinkedObjects;
  readonly queues: AllQueues;
  /** Calls that stand alone: whoever sends them also records them. */
  readonly calls: CallStore;
  readonly caller: Caller;
  readonly callbacks: SignedUrls;
  readonly reportLinks: SignedUrls;
  readonly gateStore: GateStore;
  readonly mailer: Mailer;
  /** Verified sender; empty switches the mail off. */
  readonly mailFrom: string;
  readonly events: Events;
  readonly notifier: Notifier;
  /** Digest of the definition and code that reduce here: parts of another one are reduced anew. */
  readonly reduceDigest: string;
}

/** Every port that a function of the platform can have: records, objects and queues are one pipeline's at a time. */
export interface AllPlatformPorts extends Process, Pick<AllPorts, 'mailer' | 'mailFrom' | 'events'> {
  storesOf(pipeline: string): Stores;
  objectsOf(pipeline: string): LinkedObjects;
  queuesOf(pipeline: string): AllQueues;
  callsOf(pipeline: string): CallStore;
}

interface ObjectMethods {
  readonly get: Pick<Objects, 'get' | 'stream'>;
  readonly put: Pick<Objects, 'put' | 'place'>;
  readonly 'put-stream': Pick<Objects, 'putStream'>;
  readonly link: ObjectLinks;
  readonly copy: Pick<Objects, 'copyNewest'>;
}
type ObjectsFor<R> = Intersection<R extends ObjectRight ? ObjectMethods[R] : never>;
type Intersection<T> = (T extends unknown ? (of: T) => void : never) extends (of: infer I) => void ? I : never;
type Right<U extends Uses> = U['objects'] extends readonly (infer R)[] ? R : never;

type If<U, K extends keyof Uses, P> = U extends { readonly [Used in K]: unknown } ? P : unknown;
type Shared<U extends Uses> = Process &
  If<U, 'mail', Pick<AllPorts, 'mailer' | 'mailFrom'>> &
  If<U, 'events', Pick<AllPorts, 'events'>>;

/** Who may reach an endpoint's items gets the store of them. */
type Gated<U> = U extends { readonly table: { readonly 'E#': unknown } } ? Pick<AllPorts, 'gateStore'> : unknown;

/** What the handler of a pipeline's function gets for what it declares. */
export type Connected<U extends Uses> = Shared<U> &
  Pick<AllPorts, 'pipeline'> & { readonly queues: Pick<AllQueues, Extract<keyof U, AnyQueue>> } & If<
    U,
    'table',
    Pick<AllPorts, 'stores'>
  > &
  If<U, 'objects', { readonly objects: ObjectsFor<Right<U>> }> &
  If<U, 'calls', Pick<AllPorts, 'calls'>> &
  If<U, 'endpoint', Pick<AllPorts, 'caller'>> &
  If<U, 'callbacks', Pick<AllPorts, 'callbacks'>> &
  If<U, 'reportLinks', Pick<AllPorts, 'reportLinks'>> &
  Gated<U> &
  If<U, 'channels', Pick<AllPorts, 'notifier'>> &
  If<U, 'reduce', Pick<AllPorts, 'reduceDigest'>>;

/** What the handler of a platform's function gets for what it declares. */
export type PlatformConnected<U extends PlatformUses> = Shared<U> & {
  queuesOf(pipeline: string): Senders<Extract<keyof U, AnyQueue>>;
} & If<U, 'calls', Pick<AllPlatformPorts, 'callsOf'>> &
  If<U, 'table', Pick<AllPlatformPorts, 'storesOf'>> &
  If<U, 'objects', { objectsOf(pipeline: string): ObjectsFor<Right<U>> }>;

/** The declared ports out of `all`. The others are not read, so `all` may create each port in a getter. */
export function portsOf<const U extends Uses>(uses: U, all: AllPorts): Connected<U>;
export function portsOf(uses: Uses, all: AllPorts): unknown {
  return {
    ...sharedOf(uses, all),
    pipeline: all.pipeline,
    queues: queuesFor(uses, all.queues),
    ...(uses.table && { stores: all.stores }),
    ...(uses.objects && { objects: all.objects }),
    ...(uses.calls && { calls: all.calls }),
    ...(uses.endpoint && { caller: all.caller }),
    ...(uses.callbacks && { callbacks: all.callbacks }),
    ...(uses.reportLinks && { reportLinks: all.reportLinks }),
    ...(uses.table?.['E#'] && { gateStore: all.gateStore }),
    ...(uses.channels && { notifier: all.notifier }),
    ...(uses.reduce && { reduceDigest: all.reduceDigest }),
  };
}

/** {@link portsOf}, of the platform. */
export function platformPortsOf<const U extends PlatformUses>(uses: U, all: AllPlatformPorts): PlatformConnected<U>;
export function platformPortsOf(uses: PlatformUses, all: AllPlatformPorts): unknown {
  return {
    ...sharedOf(uses, all),
    queuesOf: (pipeline: string) => queuesFor(uses, all.queuesOf(pipeline)),
    ...(uses.calls && { callsOf: all.callsOf }),
    ...(uses.table && { storesOf: all.storesOf }),
    ...(uses.objects && { objectsOf: all.objectsOf }),
  };
}

function queuesFor(uses: Uses, queues: AllQueues): Partial<AllQueues> {
  return Object.fromEntries(ANY_QUEUES.filter((name) => uses[name]).map((name) => [name, queues[name]]));
}

function sharedOf(uses: Uses, all: Process & Pick<AllPorts, 'mailer' | 'mailFrom' | 'events'>) {
  const { clock, random, log, metrics } = all;
  return {
    clock,
    random,
    log,
    metrics,
    ...(uses.mail && { mailer: all.mailer, mailFrom: all.mailFrom }),
    ...(uses.events && { events: all.events }),
  };
}
