import { type Json, readJson } from '../../../domain/json.ts';
import { listIn } from './array-text.ts';

/** Makes JSON of a value's text. */
type Make = (text: string) => Json;

const asIs: Make = (text) => text;
const json: Make = (text) => {
  const read = readJson(text);
  return 'value' in read ? read.value : text;
};
const base64: Make = (text) => Buffer.from(text.replace(/^\\x/, ''), 'hex').toString('base64');
/** ISO 8601, to the microsecond; before Christ and without end Postgres has words of its own, which stay. */
const instant: Make = (text) =>
  /^\d{4,}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?:\+00)?$/.test(text) ? text.replace(' ', 'T').replace('+00', 'Z') : text;

/**
 * Types by their numbers in every database, each with that of its array. What a value becomes depends on its column's type alone: `bigint` and `numeric`, which a
 * double can't always hold, are texts of their digits, as `pg` gives them too.
 */
const TYPES: readonly (readonly [type: number, array: number, make: Make])[] = [
  // bool
  [16, 1000, (text) => text === 't'],
  // bytea
  [17, 1001, base64],
  // int8, numeric
  [20, 1016, asIs],
  [1700, 1231, asIs],
  // int2, int4, oid, float4, float8
  [21, 1005, Number],
  [23, 1007, Number],
  [26, 1028, Number],
  [700, 1021, Number],
  [701, 1022, Number],
  // json, jsonb
  [114, 199, json],
  [3802, 3807, json],
  // text, char, bpchar, varchar, name, uuid
  [25, 1009, asIs],
  [18, 1002, asIs],
  [1042, 1014, asIs],
  [1043, 1015, asIs],
  [19, 1003, asIs],
  [2950, 2951, asIs],
  // date, time, timetz
  [1082, 1182, asIs],
  [1083, 1183, asIs],
  [1266, 1270, asIs],
  // timestamp, timestamptz
  [1114, 1115, instant],
  [1184, 1185, instant],
];

const MAKERS = new Map(
  TYPES.flatMap(([type, array, make]): [number, Make][] => [
    [type, make],
    [array, (text) => listIn(text, make)],
  ]),
);

/** A value as JSON; of a type that JSON has nothing for, the text that Postgres has for it. */
export function valueJson(type: number, text: string | null): Json {
  return text === null ? null : (MAKERS.get(type) ?? asIs)(text);
}
