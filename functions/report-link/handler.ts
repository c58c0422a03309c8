import { type ReportClaims, readReportToken } from '../../shared/flow/report-token.ts';
import { type HttpAnswer, routeHandler } from '../../shared/lambda/http.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import type { ReportLinkPorts } from './deps.ts';
import { ROUTE } from './route.ts';

/** Long enough to follow a redirect, also over a slow line; a download that has begun goes on. */
const FOLLOW_SECONDS = 60;

/**
 * Leads whoever follows a mail's link to the report, by a URL of S3 that is soon void. Signature and time are looked at before anything else,
 * and nothing is read: whether there is such a report, S3 says.
 */
export function reportLink({ reportLinks, pipeline, objects, clock, log, metrics }: ReportLinkPorts) {
  const claimsOf = async (token: string): Promise<ReportClaims | null> => {
    const read = async () => readReportToken(await reportLinks.keys(), pipeline.name, token);
    // Signed by a key that this function doesn't know yet, perhaps.
    return (await read()) ?? ((await reportLinks.renew()) ? read() : null);
  };
  return routeHandler({ clock, log, metrics }, ROUTE, async ({ params: { token = '', file = 'page' } }) => {
    if (file !== 'page' && file !== 'csv') return words(404, 'There is nothing at this address.');
    const claims = await claimsOf(token);
    if (!claims) return words(401, 'This is no link to a report. It may have been cut: take it whole from the mail.');
    const { run, recipient, expires } = claims;
    if (clock.now() >= expires) return words(410, 'The time of this link is over. Ask whoever runs the pipeline.');
    const { csv, html } = reportKeys(run);
    const location = await objects.link(file === 'csv' ? csv : html, FOLLOW_SECONDS);
    log.info('A report link was followed.', { run, recipient, file });
    return { statusCode: 303, headers: { location, ...PRIVATE } };
  });
}

/** Neither is stored on the way, and no other page is told where its reader came from. */
const PRIVATE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

/** For people: a browser shows it. */
function words(statusCode: number, text: string): HttpAnswer {
  return { statusCode, headers: { 'content-type': 'text/plain; charset=utf-8', ...PRIVATE }, body: `${text}\n` };
}
