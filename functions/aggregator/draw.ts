import type { Section } from '../../shared/author/section.ts';
import type { CourseJson } from '../../shared/domain/course.ts';
import { kindOf } from '../../shared/domain/errors.ts';
import { finalStatus, REDUCE_FAILED, type RunFailure, TOO_FEW, tooFew } from '../../shared/domain/run.ts';
import type { ToldRecord } from '../../shared/ports/notice-store.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { renderHtml } from '../../shared/report/html.ts';
import {
  closedSection,
  failureSection,
  outputsFailedSection,
  type ReportView,
  tooFewSection,
} from '../../shared/report/view.ts';
import type { ManifestPart } from '../../shared/storage/manifest.ts';
import { reportKeys } from '../../shared/storage/report-keys.ts';
import { callsOf } from './calls-of.ts';
import type { AggregatorDeps } from './deps.ts';
import { DrawingError, drawing } from './drawing.ts';
import { examplesOf } from './examples.ts';
import { filesSections } from './files-section.ts';
import { type Tally, tally } from './frozen-parts.ts';
import { HTML_TYPE, inline } from './kinds.ts';
import { composeMail, type Mail } from './mail.ts';
import { comparedWith, previousRun } from './previous-run.ts';
import { whySilent } from './silence.ts';
import { askedOf, nextOf } from './what-ran.ts';
import type { Outputs } from './write-outputs.ts';

interface Drawn {
  readonly view: ReportView;
  /** The mail; null where none is to be sent any more. */
  readonly mail: Mail | null;
  /** Why nobody is told, where nobody is. */
  readonly silence: ToldRecord | null;
}

interface Made {
  readonly parts: readonly ManifestPart[];
  readonly outputs: Outputs;
  /** How the children ended that this run itself called; null where parts of an older release don't say. */
  readonly course: CourseJson | null;
}

/** The run's numbers, and the page and the mail that show them; without what the reduce makes of it where that fails. */
export async function draw(
  deps: AggregatorDeps,
  record: RunRecord,
  { parts, outputs, course }: Made,
  gzip: Promise<Buffer | null>,
): Promise<Drawn> {
  const [reduced, calls, before, csvPlace] = await Promise.all([
    tally(deps, parts),
    callsOf(deps, record, course),
    previousRun(deps, record),
    deps.objects.place(reportKeys(record.run).csv),
  ]);
  const previous = before && comparedWith(before, reduced.sections);
  const examples = await examplesOf(deps, parts, reduced.reasons);
  const reasons = reduced.reasons.map((each) => ({ ...each, examples: examples.get(each.reason) ?? [] }));
  const tallied = { ...reduced, reasons, calls, previous, csvPlace, failure: reduced.failure ?? outputs.failure };
  const view = viewOf(deps, record, tallied, outputs);
  // Once: it counts.
  const silence = await whySilent(deps, record, view);
  try {
    return await drawView(deps, record, view, silence, gzip);
  } catch (error) {
    if (!(error instanceof DrawingError)) throw error;
    const failure = { reason: REDUCE_FAILED, detail: `sections(): can't be drawn: ${kindOf(error)}` };
    return drawView(deps, record, viewOf(deps, record, { ...tallied, failure }, outputs), silence, gzip);
  }
}

async function drawView(
  deps: AggregatorDeps,
  record: RunRecord,
  view: ReportView,
  silence: ToldRecord | null,
  gzip: Promise<Buffer | null>,
): Promise<Drawn> {
  // Drawing keeps the thread busy: the page comes last, when CSV and mail are on their way out.
  const mail = silence ? null : await composeMail(deps, record, view, gzip);
  const page = await drawing(() => renderHtml(view));
  await deps.objects.put(reportKeys(record.run).html, page, HTML_TYPE, inline(`${view.pipeline}-${view.run}.html`));
  return { view, mail, silence };
}

function viewOf(
  deps: AggregatorDeps,
  record: RunRecord,
  {
    counts,
    reasons,
    sections,
    calls,
    previous,
    csvPlace,
    failure: made,
  }: Tally & Pick<ReportView, 'calls' | 'previous' | 'csvPlace'>,
  { written }: Outputs,
): ReportView {
  const { pipeline, clock } = deps;
  const closed = record.closed ?? record.redrive?.closed ?? null;
  const few = wasCut(record) ? null : tooFew(counts, pipeline.expect.minChildren, record.limit);
  const failure = made ?? few;
  const { locale, timeZone, colour, logo } = pipeline.report;
  const look = { locale, timeZone, colour, logo };
  return {
    pipeline: pipeline.name,
    title: pipeline.report.title ?? pipeline.name,
    look,
    run: record.run,
    status: finalStatus(counts, pipeline.tolerate, closed, wasCut(record), failure),
    closed,
    startedAt: record.startedAt,
    endedAt: clock.now(),
    counts,
    tolerated: pipeline.tolerate,
    reasons,
    asked: askedOf(deps, record),
    mailsParams: pipeline.report.paramsInMail,
    csvPlace,
    next: nextOf(pipeline.name, record.run, counts),
    calls,
    previous,
    sections: [...withFailure(failure, record.failure, sections), ...filesSections(written)],
    failure: failure ?? record.failure,
    credits: pipeline.report.credits,
  };
}

/** The sections, behind one that says what failed; without those of a reduce that did. */
function withFailure(failure: RunFailure | null, closed: RunFailure | null, sections: readonly Section[]): Section[] {
  if (failure?.reason === REDUCE_FAILED) return [failureSection(failure)];
  if (failure?.reason === TOO_FEW) return [tooFewSection(failure), ...sections];
  if (failure) return [outputsFailedSection(failure), ...sections];
  return closed ? [closedSection(closed), ...sections] : [...sections];
}

/** Whether the report lacks children of the source: a close cut the run itself, or the one that it redrives. */
function wasCut({ flags, redrive }: RunRecord): boolean {
  return flags.includes('cut') || redrive?.cut === true;
}
