import { type Measured, measured, type PipelineMeasured, pipelineMeasured } from './measurement.ts';
import { runMeasurement } from './run-measurement.ts';

export interface Scenario {
  readonly name: string;
  readonly children: number;
  /** Milliseconds the service takes to answer. */
  readonly delayMs: number;
  /** Calls in flight, the pipeline's limit and the floor's number of connections. */
  readonly inFlight: number;
}

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly pipeline: PipelineMeasured;
  /** Before and behind the pipeline, so that a machine that grows slower meanwhile is seen, and favours neither. */
  readonly floors: readonly [Measured, Measured];
}

export function scenariosOf(children: number): readonly Scenario[] {
  return [
    // The default of `limits.inFlight`: two forwarders of 256 calls each.
    { name: '0 ms service', children, delayMs: 0, inFlight: 512 },
    { name: '20 ms service, 100 connections', children, delayMs: 20, inFlight: 100 },
  ];
}

export async function runScenario(scenario: Scenario, say: (text: string) => void): Promise<ScenarioResult> {
  const { name, ...sizes } = scenario;
  say(`${name}: undici alone …`);
  const before = await runMeasurement('floor', measured, sizes);
  say(`${name}: the pipeline …`);
  const pipeline = await runMeasurement('pipeline', pipelineMeasured, sizes);
  say(`${name}: undici alone once more …`);
  const behind = await runMeasurement('floor', measured, sizes);
  return { scenario, pipeline, floors: [before, behind] };
}
