import type { FunctionName, QueueName } from '../shared/ports/wiring.ts';

type TableAction = 'GetItem' | 'PutItem' | 'UpdateItem' | 'Query' | 'BatchGetItem';
type ObjectAction = 'GetObject' | 'PutObject' | 'AbortMultipartUpload';

/** What a function may do besides reading the queue that invokes it. */
export interface Access {
  readonly table: readonly TableAction[];
  /** May query the table's index. */
  readonly index: boolean;
  readonly objects: readonly ObjectAction[];
  readonly sendsTo: readonly QueueName[];
  readonly callsClone: boolean;
  /** Sends mail as the stage's sender, and events to the bus. */
  readonly sendsMailAndEvents: boolean;
}

const base: Access = {
  table: ['GetItem', 'PutItem', 'UpdateItem'],
  index: false,
  objects: [],
  sendsTo: [],
  callsClone: false,
  sendsMailAndEvents: false,
};

/** Least privilege in one table. Each grant is fenced by the pipeline's leading keys, object prefix and queues. */
export const ACCESS: Readonly<Record<FunctionName, Access>> = {
  splitter: {
    ...base,
    table: [...base.table, 'Query', 'BatchGetItem'],
    index: true,
    objects: ['GetObject', 'PutObject'],
    sendsTo: ['split', 'work', 'aggregate'],
  },
  forwarder: { ...base, objects: ['GetObject', 'PutObject'], sendsTo: ['work', 'aggregate'], callsClone: true },
  aggregator: {
    ...base,
    table: [...base.table, 'Query'],
    objects: ['GetObject', 'PutObject', 'AbortMultipartUpload'],
    sendsTo: ['aggregate'],
    sendsMailAndEvents: true,
  },
  'dead-letter': { ...base, sendsTo: ['aggregate'] },
  sweeper: {
    ...base,
    table: [...base.table, 'Query', 'BatchGetItem'],
    index: true,
    objects: ['GetObject'],
    sendsTo: ['split', 'work', 'aggregate'],
  },
};
