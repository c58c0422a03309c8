/**
 * What an author of pipelines imports as `microprocess`. It loads zod and nothing else: no AWS, no CDK, no HTTP client.
 * What isn't exported here may change with any release.
 */
export type { Json } from '../domain/json.ts';
export type { Row, SucceededRow, UnsuccessfulRow } from '../domain/row.ts';
export type { Counts } from '../domain/run.ts';
export { type Call, type CallOptions, call } from './call.ts';
export { type Cell, type Column, columnsOf } from './columns.ts';
export {
  type DefinedPipeline,
  definePipeline,
  type Pipeline,
  type PipelineDefinition,
  type RequestContext,
} from './definition.ts';
export type { IncludedFiles, Output, OutputFile } from './output.ts';
export { type JsonLinesOptions, jsonLines } from './outputs/json-lines.ts';
export { type MergeFilesOptions, mergeFiles } from './outputs/merge-files.ts';
export { type ParquetColumn, type ParquetOptions, parquet } from './outputs/parquet.ts';
export type { Accumulator, Reduce, ReducedRun } from './reduce.ts';
export { collect } from './reducers/collect.ts';
export { combineReducers } from './reducers/combine-reducers.ts';
export { count } from './reducers/count.ts';
export { distinct } from './reducers/distinct.ts';
export { groupBy } from './reducers/group-by.ts';
export { type MapReduceOptions, mapReduce } from './reducers/map-reduce.ts';
export { type StatisticsOptions, statistics } from './reducers/statistics.ts';
export { type TopKOptions, topK } from './reducers/top-k.ts';
export type { Section, SectionKind, SectionOf } from './section.ts';
export type {
  CalledEndpoint,
  Outside,
  PinnedFile,
  Source,
  SourceContext,
  SourcedItem,
  SourcedProblem,
  SourceFiles,
  SourceNeeds,
  StoredObject,
} from './source.ts';
export { type CsvOptions, csv } from './sources/csv.ts';
export type { CsvRow } from './sources/csv-reader.ts';
export type { FileOptions } from './sources/file-options.ts';
export { type FromContext, type FromOptions, from } from './sources/from.ts';
export { type JsonOptions, json } from './sources/json.ts';
export { jsonl } from './sources/jsonl.ts';
export { type ListOptions, list } from './sources/list.ts';
export { type ObjectItem, type ObjectsOptions, objects } from './sources/objects.ts';
