import { PRICES } from './limits.ts';

/** Calls that a run makes of a clone. */
export interface CloneWork {
  readonly calls: number;
  /** How long one takes. */
  readonly seconds: number;
  /** How long of that it computes; the rest it waits. */
  readonly cpuSeconds: number;
  /** Of call and answer, through the load balancer. */
  readonly kilobytes: number;
}

/** What takes many calls at once. */
export interface SharedServer {
  readonly vCpus: number;
  readonly memoryGB: number;
  /** Calls that it keeps open at once. */
  readonly callsAtOnce: number;
}

/** Of its processors, what calls get: scaling follows load by minutes, and its target is below what a task can do. */
const USED = 0.7;
const MB_OF_GB = 1_024;

/** A Lambda function has an environment to itself for as long as a call takes, whether that computes or waits. */
export function lambdaCloneDollars({ calls, seconds }: Pick<CloneWork, 'calls' | 'seconds'>, memoryMB: number): number {
  const gbSeconds = calls * seconds * (memoryMB / MB_OF_GB);
  return gbSeconds * PRICES.perLambdaGbSecond + (calls / 1_000_000) * PRICES.perMillionInvocations;
}

/** Hours of processor that a run's calls take, by whatever it is. */
export function cpuHours({ calls, cpuSeconds }: Pick<CloneWork, 'calls' | 'cpuSeconds'>): number {
  return (calls * cpuSeconds) / 3_600;
}

/** Hours of servers that a run's calls take: as many as their processors or their places need, whichever is more. */
function serverHours({ calls, seconds, cpuSeconds }: CloneWork, { vCpus, callsAtOnce }: SharedServer): number {
  return (calls * Math.max(cpuSeconds / (vCpus * USED), seconds / callsAtOnce)) / 3_600;
}

/** Tasks on Fargate, and what their calls add to the bill of a load balancer that is there. */
export function fargateCloneDollars(work: CloneWork, task: SharedServer): number {
  // Kept-alive connections, and rules that are few: of a capacity unit's four measures, bytes come first.
  const unitHours = (work.calls * work.kilobytes) / MB_OF_GB ** 2;
  return serverHours(work, task) * taskHourDollars(task) + unitHours * PRICES.perBalancerUnitHour;
}

/** A task, whether it is called or not. */
export function taskHourDollars({ vCpus, memoryGB }: Pick<SharedServer, 'vCpus' | 'memoryGB'>): number {
  return vCpus * PRICES.perFargateVcpuHour + memoryGB * PRICES.perFargateGbHour;
}
