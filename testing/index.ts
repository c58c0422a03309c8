/** What tests of pipelines and reduces import. It needs no test runner, and loads no client of AWS. */
export { type CheckLawsOptions, checkLaws, LawError, type SampleRow } from './check-laws.ts';
export type { LoggedError, PipelineRun, RunSummary, SentMail } from './pipeline-run.ts';
export { type RunPipelineOptions, runPipeline } from './run-pipeline.ts';
export type { AsJson, FailedCall, HttpAnswer, Service, ServiceAnswer, ServiceRequest } from './service.ts';
