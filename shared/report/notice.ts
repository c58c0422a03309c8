import { duration, line, number, short } from './format.ts';
import { exampleWords, OUTCOMES, type ReportView } from './view.ts';

/** Reasons that are named; the report has them all. */
const REASONS = 5;

/** A notice of a run's end, for channels. Of items it says what the report's own examples say, and nothing else. */
export function noticeOf(view: ReportView) {
  const { pipeline, run, status, counts, startedAt, endedAt } = view;
  const reasons = view.reasons.slice(0, REASONS);
  return {
    key: `${pipeline}.${run}.ended`,
    json: {
      version: 1,
      event: 'run-ended',
      pipeline,
      runId: run,
      status,
      closed: view.closed ?? null,
      title: view.title,
      counts,
      reasons: reasons.map(({ reason, count }) => ({ reason, count })),
      failure: view.failure?.reason ?? null,
      startedAt: new Date(startedAt).toISOString(),
      endedAt: new Date(endedAt).toISOString(),
    },
    slack: slackText(view),
  };
}

function slackText(view: ReportView): string {
  const { counts, pipeline, run } = view;
  const { sign, label } = OUTCOMES[view.status];
  const not = counts.total - counts.succeeded;
  return [
    `*${escaped(`${sign} ${view.title}: ${label.toLowerCase()}`)}*`,
    escaped(
      `${number(counts.succeeded)} of ${number(counts.total)} succeeded${not > 0 ? `, ${number(not)} did not` : ''}, in ${duration(view.endedAt - view.startedAt)}`,
    ),
    ...view.reasons.slice(0, REASONS).map(({ reason, count, examples: [example] = [] }) => {
      const such = example === undefined ? '' : `, such as ${exampleWords(example)}`;
      return escaped(`• ${number(count)} × ${reason}${such}`);
    }),
    ...(view.failure ? [escaped(`• ${view.failure.reason}: ${short(view.failure.detail, 200)}`)] : []),
    `\`npx microprocess report ${run} --pipeline ${pipeline}\``,
  ].join('\n');
}

/** In Slack's mrkdwn three characters begin links and mentions; the rest of its marks only style, and stay on their line. */
const escaped = (text: string) =>
  line(text).replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '');
