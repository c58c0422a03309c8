import { callStore } from '../adapters/dynamodb/calls.ts';
import { keysOf } from '../adapters/dynamodb/keys.ts';
import type { PortMakers } from './connect.ts';

/** A pipeline's calls that stand alone, for whoever sends them: no other function's bundle holds their store. */
export const callRecords: PortMakers['calls'] = (table, pipeline) => callStore(table, keysOf(pipeline));
