import { beginning } from './text.ts';

/** Base of every error this project throws on purpose; `code` is stable and safe to show. */
export abstract class MicroprocessError extends Error {
  abstract readonly code: string;
  override get name(): string {
    return this.constructor.name;
  }
}

/** Something the caller sent is wrong: refused before anything was accepted. */
export class InputError extends MicroprocessError {
  readonly code = 'bad-input';
  /** The message without anything of what was sent: a log may have it. */
  readonly loggable: string;

  /** @param loggable where the message quotes what was sent */
  constructor(message: string, { loggable = message, ...options }: ErrorOptions & { readonly loggable?: string } = {}) {
    super(message, options);
    this.loggable = loggable;
  }
}

/** A source's plan that doesn't come: a later try may succeed. */
export class PlanTimeoutError extends MicroprocessError {
  readonly code = 'plan-timeout';

  constructor(pipeline: string, seconds: number) {
    super(
      `Pipeline ${show(pipeline)}: its source's plan didn't come within ${seconds} s. ` +
        'A plan says how the items are cut; what takes long belongs into the source\'s "read".',
    );
  }
}

/** A pipeline definition that can't be deployed or run. */
export class DefinitionError extends MicroprocessError {
  readonly code = 'bad-definition';
  readonly issues: readonly { path: string; message: string; received: unknown }[];
  readonly pipeline: string | null;

  /** @param pipeline its name, null where it isn't known */
  constructor(pipeline: string | null, issues: readonly { path: string; message: string; received: unknown }[]) {
    const lines = issues.map(({ path, message, received }) => `  ${path}: ${message} (received ${show(received)})`);
    super(`${pipeline === null ? 'A pipeline' : `Pipeline ${show(pipeline)}`} is not valid:\n${lines.join('\n')}`);
    this.issues = issues;
    this.pipeline = pipeline;
  }
}

/** The same error, with a name where none was known: the options of a source or a reduce are checked before it is. */
export function named(error: DefinitionError, pipeline: string): DefinitionError {
  return error.pipeline === null ? new DefinitionError(pipeline, error.issues) : error;
}

/** A table of thousands of rows may be wrong in each. */
const ISSUES_SAID = 10;

/** A reduce returned what no report can show. */
export class SectionsError extends MicroprocessError {
  readonly code = 'bad-sections';

  /** @param issues each with the path of what is wrong, and its section's title, null where it has none */
  constructor(issues: readonly { path: string; section: string | null; message: string }[]) {
    const lines = issues
      .slice(0, ISSUES_SAID)
      .map(({ path, section, message }) => `  ${path}${section === null ? '' : ` (${section})`}: ${message}`);
    if (issues.length > ISSUES_SAID) lines.push(`  and ${issues.length - ISSUES_SAID} more`);
    super(`What the reduce returned as sections is not valid:\n${lines.join('\n')}`);
  }
}

/** What a definition's `request` gave is no call that can be made. Names the field, nothing of what is in it. */
export class UnmappedCallError extends MicroprocessError {
  readonly code = 'request-not-mapped';
}

/** A user's reduce could not do what it was called for. Says the step and the place, nothing of what it was given. */
export class ReduceError extends MicroprocessError {
  readonly code = 'reduce-failed';

  /** @param step the method, such as `merge` */
  constructor(step: string, what: string) {
    super(`${step}(): ${what}`);
  }
}

/** An output can't hold what a row has for it. Says the child and the place, nothing of what is there. */
export class OutputError extends MicroprocessError {
  readonly code = 'output-failed';
}

/** A reduce gave a row other cells than it has columns for. Says nothing of what is in them. */
export class CellsError extends MicroprocessError {
  readonly code = 'cells-not-made';

  constructor(child: string, cells: number, columns: readonly string[]) {
    const names = columns.length === 0 ? '' : ` (${columns.map(show).join(', ')})`;
    super(`The reduce gave ${cells} cells for child ${child} and has ${columns.length} columns${names}.`);
  }
}

/** A reduce gave a row more text than a report can hold of one. */
export class LargeCellsError extends MicroprocessError {
  readonly code = 'cells-too-large';

  constructor(child: string, characters: number, allowed: number) {
    super(
      `The reduce gave ${characters} characters of cells for child ${child}; allowed are ${allowed}. Show a part of the value, or where it is.`,
    );
  }
}

/** A cron expression that can't be deployed; the message goes on from the name of what holds it. */
export class CronError extends MicroprocessError {
  readonly code = 'bad-cron';
}

/** A value out of a user's code that JSON can't hold. Its message names kinds alone, so that a log may have it. */
export class NotJsonError extends MicroprocessError {
  readonly code = 'not-json';
}

/** What a source reads can't be taken, and would be no better another time. Its message names places and kinds, never values. */
export class SourceDataError extends MicroprocessError {
  readonly code: string = 'bad-source-data';
}

/** What a source reads doesn't answer now: a later try may succeed. Its message names places and kinds, never values. */
export class SourceUnavailableError extends MicroprocessError {
  readonly code = 'source-unavailable';
}

/** What a source reads isn't there. Whoever pinned it before knows that it was removed. */
export class SourceMissingError extends SourceDataError {
  override readonly code = 'source-missing';
}

/** What a source reads isn't what the run's plan pinned. */
export class SourceChangedError extends SourceDataError {
  override readonly code = 'source-changed';

  constructor(place: string) {
    super(`${show(place)} was changed after the run was planned. Start a new run.`);
  }
}

/** The same run id was used before with other input. */
export class RunConflictError extends MicroprocessError {
  readonly code = 'run-conflict';
  constructor(run: string) {
    super(`Run ${show(run)} exists with other input. Use another run id, or repeat the same input.`);
  }
}

/** The run id was used by a run that was purged. Its messages may still come, and would be taken for those of another run of that id. */
export class RunPurgedError extends MicroprocessError {
  readonly code = 'run-purged';
  constructor(run: string) {
    super(
      `Run ${show(run)} is gone already: it was purged. Messages of it may still be on their way, so its id can't be used again; use another run id.`,
    );
  }
}

/** No run of that id, or none any more. */
export class RunNotFoundError extends MicroprocessError {
  readonly code = 'run-not-found';
  constructor(pipeline: string, run: string, wasPurged = false) {
    super(`Pipeline ${show(pipeline)} has no run ${show(run)}${wasPurged ? ' any more: it was purged' : ''}.`);
  }
}

/** A run has no child of that id, or not yet. */
export class ChildNotFoundError extends MicroprocessError {
  readonly code = 'child-not-found';
  constructor(run: string, child: string) {
    super(`Run ${show(run)} has no child ${child}, or not yet.`);
  }
}

/** Shows a value in an error message: quoted, on one line, cut to 80 characters. */
export function show(value: unknown): string {
  const text = typeof value === 'function' ? 'a function' : textOf(value);
  return text.length > 80 ? `${beginning(text, 79)}…` : text;
}

function textOf(value: unknown): string {
  // JSON says null for these.
  if (typeof value === 'number' || value instanceof Date) return String(value);
  return json(value) ?? String(value);
}

/** Errors of ours whose text quotes no value. */
const SAYABLE = [
  ...[NotJsonError, SourceDataError, SourceUnavailableError, SectionsError],
  ...[ReduceError, OutputError, UnmappedCallError],
];

/** Of a chain of causes: a user's error may be its own. */
const CAUSES_READ = 10;

/**
 * What a log may say of an error out of a user's own code: its kind, and the line of theirs that it comes from. Its text may quote an
 * item; that of a {@link NotJsonError} and its like doesn't. Never throws, whatever was thrown.
 */
export function kindOf(error: unknown): string {
  try {
    const root = thrownIn(rootOf(error));
    if (!(root instanceof Error)) return `a thrown ${root === null ? 'null' : typeof root}`;
    if (SAYABLE.some((kind) => root instanceof kind)) return root.message;
    const frame = frameOf(root);
    return frame === undefined ? nameOf(root) : `${nameOf(root)} ${frame}`;
  } catch {
    // Its stack is no text, or a getter of it throws.
    return 'an error that cannot be read';
  }
}

/** A name that code gave an error. One that was set may quote what it is about, unless it ends as names of errors do. */
function nameOf({ name, constructor: { name: kind } }: Error): string {
  if (/^[A-Z][A-Za-z]{0,50}(Error|Exception)$/.test(name)) return name;
  return /^[A-Z][A-Za-z]{0,63}$/.test(kind) ? kind : 'Error';
}

/** File, line and column, as in the stack, where a user's code threw an error. Null if the stack names none, or the error is ours. */
export function placeOf(error: unknown): string | null {
  const root = rootOf(error);
  if (!(root instanceof Error) || root instanceof MicroprocessError) return null;
  // With a function's name before it in parentheses, without one bare.
  const [, inParentheses, bare] = /\(([^()]+:\d+:\d+)\)$|^at (?:async )?(.+:\d+:\d+)$/.exec(frameOf(root) ?? '') ?? [];
  return inParentheses ?? bare ?? null;
}

/** The user's error inside the errors of ours that wrap it. */
function rootOf(error: unknown, causes: number = CAUSES_READ): unknown {
  return error instanceof Error && error.cause instanceof Error && causes > 0 ? rootOf(error.cause, causes - 1) : error;
}

/** An error of ours may wrap what is no Error. */
const thrownIn = (error: unknown) => (error instanceof MicroprocessError && 'cause' in error ? error.cause : error);

/** The first line of a stack that is in neither Node nor a package: `JSON.parse` or a schema throws, but a user's line called it. */
function frameOf({ stack = '', message }: Error): string | undefined {
  const frames = stack.replace(message, '').match(/^ +at .*$/gm) ?? [];
  const isOfUser = (frame: string) => /:\d+:\d+\)?$/.test(frame) && !/node:|node_modules\//.test(frame);
  return (frames.find(isOfUser) ?? frames[0])?.trim();
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // A cycle or a bigint: the message must not fail over what it wants to show.
    return undefined;
  }
}

/** An object that should be there is not. */
export class ObjectNotFoundError extends MicroprocessError {
  readonly code = 'object-not-found';
  constructor(key: string) {
    super(`No object under ${show(key)}.`);
  }
}

/** An object can't be read. Who may not list a bucket is told no more than this of one that isn't there either. */
export class ObjectDeniedError extends MicroprocessError {
  readonly code = 'object-denied';
  constructor(key: string, cause: unknown) {
    super(`The object under ${show(key)} can't be read: it may have expired, or access to it is missing.`);
    this.cause = cause;
  }
}

/** A queue refused messages, also after retries. */
export class QueueError extends MicroprocessError {
  readonly code = 'queue-refused';
}

/** A pipeline's own source threw while it was planned, or a slice of it was enumerated. */
export class SourceError extends MicroprocessError {
  readonly code = 'source-failed';
  /** What it gave is wrong, so that it would be wrong again: it is not asked again. */
  readonly isFinal: boolean;
  constructor(where: number | 'plan', cause: unknown) {
    const place = where === 'plan' ? 'to plan' : `in slice ${where}`;
    super(`The source failed ${place}: ${thrownText(cause)}`);
    this.cause = cause;
    this.isFinal = cause instanceof NotJsonError || cause instanceof SourceDataError;
  }
}

/** Tells a TypeError from others; what is ours, and a plain Error, say enough themselves. */
const kindBefore = (thrown: Error) =>
  thrown instanceof MicroprocessError || nameOf(thrown) === 'Error' ? '' : `${nameOf(thrown)}: `;

/** What a user's code threw, as text: it may be no error, and may refuse to be read. */
function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error
      ? `${kindBefore(thrown)}${thrown.message}`
      : `it threw ${show(thrown)}, which is no Error`;
  } catch {
    return kindOf(thrown);
  }
}
