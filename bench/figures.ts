import type { Use } from './processes.ts';
import type { ScenarioResult } from './scenarios.ts';

/** A scenario's figures as the table and `--json` show them; rates are per second, CPU is milliseconds per child. */
export interface Figures {
  readonly scenario: ScenarioResult['scenario'];
  readonly pipeline: {
    readonly status: string;
    readonly seconds: number;
    readonly rate: number;
    readonly cpuPerChild: number;
    readonly peakMB: number;
    readonly processes: Use['processes'];
    readonly firstCallSeconds: number;
    readonly reportSeconds: number;
    readonly openMost: number;
    readonly sdkCallsPerChild: number;
    readonly sdkRetries: number;
    readonly writeUnitsPerChild: number;
    readonly readUnitsPerChild: number;
    readonly sqsRequestsPerChild: number;
    readonly emptyReceives: number;
    readonly s3Requests: number;
    readonly calls: Readonly<Record<string, number>>;
    readonly unitsBy: Readonly<Record<string, number>>;
  };
  readonly floor: {
    readonly rates: readonly number[];
    readonly rate: number;
    readonly cpuPerChild: number;
    readonly peakMB: number;
  };
  /** CPU of the service per child, while each side called it. */
  readonly serviceCpuPerChild: { readonly pipeline: number; readonly floor: number };
  /** The pipeline's rate over the floor's. */
  readonly ofFloor: number;
}

export function figuresOf({ scenario, pipeline, floors }: ScenarioResult): Figures {
  const { children } = scenario;
  const { sdk } = pipeline;
  const rate = children / pipeline.seconds;
  const floorRate = (2 * children) / (floors[0].seconds + floors[1].seconds);
  return {
    scenario,
    pipeline: {
      status: pipeline.status,
      seconds: pipeline.seconds,
      rate,
      cpuPerChild: cpuOf(pipeline.own) / children,
      peakMB: pipeline.own.peakMB,
      processes: pipeline.own.processes,
      firstCallSeconds: pipeline.firstCallSeconds,
      reportSeconds: pipeline.reportSeconds,
      openMost: pipeline.openMost,
      sdkCallsPerChild: sum(Object.values(sdk.calls)) / children,
      sdkRetries: sdk.retries,
      writeUnitsPerChild: sdk.writeUnits / children,
      readUnitsPerChild: sdk.readUnits / children,
      sqsRequestsPerChild: sdk.sqsRequests / children,
      emptyReceives: sdk.emptyReceives,
      s3Requests: sum(Object.entries(sdk.calls).map(([call, count]) => (call.startsWith('S3.') ? count : 0))),
      calls: sdk.calls,
      unitsBy: sdk.unitsBy,
    },
    floor: {
      rates: floors.map(({ seconds }) => children / seconds),
      rate: floorRate,
      cpuPerChild: sum(floors.map(({ own }) => cpuOf(own))) / 2 / children,
      peakMB: Math.max(...floors.map(({ own }) => own.peakMB)),
    },
    serviceCpuPerChild: {
      pipeline: cpuOf(pipeline.service) / children,
      floor: sum(floors.map(({ service }) => cpuOf(service))) / 2 / children,
    },
    ofFloor: rate / floorRate,
  };
}

function cpuOf({ processes }: Use): number {
  return sum(processes.map(({ cpuMs }) => cpuMs));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
