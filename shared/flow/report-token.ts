import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { RUN_ID } from '../domain/ids.ts';
import { sign, signedValues } from './signed-token.ts';

/** What a report's link says, signed. */
export interface ReportClaims {
  readonly run: string;
  /** Whose mail carried it: {@link recipientMark}. */
  readonly recipient: string;
  /** From then on it leads nowhere, epoch milliseconds. */
  readonly expires: number;
}

const claims = z.tuple([z.string().regex(RUN_ID), z.string(), z.number().int().min(0)]);

/** Ours are about 130 characters. */
const MAX_TOKEN = 250;

/** @param keys the first one signs */
export function signReportToken(
  keys: readonly string[],
  pipeline: string,
  { run, recipient, expires }: ReportClaims,
): string {
  return sign('report', keys, pipeline, [run, recipient, expires]);
}

/** What a token says; null for one that none of the keys has signed for this pipeline. Whether it has expired is its reader's to look at. */
export function readReportToken(keys: readonly string[], pipeline: string, token: string): ReportClaims | null {
  const told = signedValues('report', keys, pipeline, token, MAX_TOKEN);
  if (told === null) return null;
  const [run, recipient, expires] = claims.parse(told);
  return { run, recipient, expires };
}

/** Stands for an address where it can't be read: the same for each run, and nothing to whoever has no key. */
export function recipientMark([key = '']: readonly string[], pipeline: string, address: string): string {
  const mac = createHmac('sha256', key).update(`recipient\n${pipeline}\n${address.toLowerCase()}`).digest();
  return mac.subarray(0, 6).toString('base64url');
}
