/** An error answer as RFC 9457 has it. `detail` says what failed, the value received and the value allowed. */
export function problem(status: number, title: string, detail: string, more: Record<string, unknown> = {}): Response {
  return new Response(JSON.stringify({ type: 'about:blank', title, status, detail, ...more }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}
