/** What a call came to, for its child. */
export type Meaning =
  /** The answer is the child's result. */
  | 'succeeded'
  /** The service is busy: called again, and no try is spent. */
  | 'pressure'
  /** Called again, until the definition's tries are spent. */
  | 'try-spent'
  /** Failed at once: every further call would meet the same. */
  | 'final';

/** Why a call has no answer, or none that can be used: reason codes. */
export const CALL_FAILURES = [
  'timeout',
  'connection-refused',
  'connection-reset',
  'dns',
  'tls',
  'network',
  'no-credentials',
  'bad-http',
  'headers-too-large',
  'unasked-continue',
  'invalid-json',
  'answer-too-deep',
  'response-too-large',
  'undecodable-answer',
  'unsupported-encoding',
  'unsupported-charset',
  'bad-request',
  'address-not-allowed',
] as const;
export type CallFailure = (typeof CALL_FAILURES)[number];

/** Those of a call that never reached the service: they say nothing of what it was to do. */
const UNREACHED: ReadonlySet<string> = new Set<CallFailure>([
  'connection-refused',
  'dns',
  'tls',
  'no-credentials',
  'address-not-allowed',
]);

/** Whether a call that ended with this reason reached the service. */
export function isReached(reason: string): boolean {
  return !UNREACHED.has(reason);
}

/** A status, or the first and the last of several. */
export type Statuses = number | readonly [first: number, last: number];

/** What some answers mean. Their reason code is `http-` and the status, unless the rule has its own; a success has none. */
export type AnswerRule =
  | {
      readonly statuses: readonly Statuses[];
      /** Only of an answer that AWS gave in the service's place: it has a header `x-amzn-ErrorType`. */
      readonly fromAws?: true;
      readonly meaning: Meaning;
      readonly reason?: string;
    }
  | { readonly failures: readonly CallFailure[]; readonly meaning: Exclude<Meaning, 'succeeded'> };

/**
 * What every answer means: the first rule that takes it decides. A status is judged before its body is read: a failure to read one
 * counts only where the status says success. The table of docs/service.md is compared with this one.
 */
export const ANSWERS: readonly AnswerRule[] = [
  // A 202 promises a callback. Where the definition asks for none, taking it for success would report unfinished work.
  { statuses: [202], meaning: 'final', reason: 'http-202-not-supported' },
  // No part of an answer was asked for.
  { statuses: [206], meaning: 'final' },
  { statuses: [[200, 299]], meaning: 'succeeded' },
  // The service, or Lambda in front of it, has too much to do just now.
  { statuses: [429, 503], meaning: 'pressure' },
  // A new right takes a while to hold, also where it will: pressure for a minute only (shared/calling/gate.ts).
  { statuses: [403], fromAws: true, meaning: 'pressure' },
  // Client errors that say "later", not "never", and the service's own.
  { statuses: [408, 425, [500, 999]], meaning: 'try-spent' },
  { statuses: [[100, 999]], meaning: 'final' },
  {
    failures: ['timeout', 'connection-refused', 'connection-reset', 'dns', 'tls', 'network', 'no-credentials'],
    meaning: 'try-spent',
  },
  { failures: ['bad-http', 'headers-too-large', 'unasked-continue', 'invalid-json'], meaning: 'try-spent' },
  { failures: ['answer-too-deep', 'response-too-large', 'undecodable-answer'], meaning: 'final' },
  { failures: ['unsupported-encoding', 'unsupported-charset', 'bad-request', 'address-not-allowed'], meaning: 'final' },
];

/**
 * What an answer of this status means; a success only if its body can be read too.
 * @param fromAws AWS answered, and not the service
 */
export function meaningOfStatus(
  status: number,
  fromAws = false,
): { readonly meaning: Meaning; readonly reason: string } {
  for (const rule of ANSWERS) {
    if (!('statuses' in rule) || !rule.statuses.some((statuses) => holds(statuses, status))) continue;
    if (rule.fromAws && !fromAws) continue;
    return { meaning: rule.meaning, reason: rule.reason ?? `http-${status}` };
  }
  return { meaning: 'final', reason: `http-${status}` };
}

/** What it means that a call has no answer, or none that can be used. */
export function meaningOfFailure(failure: CallFailure): Exclude<Meaning, 'succeeded'> {
  return FAILURE_MEANINGS.get(failure) ?? 'try-spent';
}

const FAILURE_MEANINGS = new Map(
  ANSWERS.flatMap((rule) =>
    'failures' in rule ? rule.failures.map((failure) => [failure, rule.meaning] as const) : [],
  ),
);

function holds(statuses: Statuses, status: number): boolean {
  return typeof statuses === 'number' ? statuses === status : statuses[0] <= status && status <= statuses[1];
}
