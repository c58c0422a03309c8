import type { HttpAnswer } from '../../shared/lambda/http.ts';

/** Whether anything was recorded by it: without that, it told of something that had ended already. Sending it again changes nothing. */
export function taken(isRecorded: boolean): HttpAnswer {
  return json(200, 'application/json', { recorded: isRecorded });
}

/** Why not, as RFC 9457 has it; nothing about what exists is in it. */
export function problem(statusCode: number, title: string, headers: Record<string, string> = {}): HttpAnswer {
  return json(statusCode, 'application/problem+json', { title, status: statusCode }, headers);
}

function json(
  statusCode: number,
  type: string,
  body: Readonly<Record<string, unknown>>,
  headers: Record<string, string> = {},
): HttpAnswer {
  const fixed = { 'content-type': type, 'cache-control': 'no-store' };
  return { statusCode, headers: { ...headers, ...fixed }, body: JSON.stringify(body) };
}
