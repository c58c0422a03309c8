import { CommanderError } from 'commander';
import {
  DefinitionError,
  InputError,
  MicroprocessError,
  RunConflictError,
  RunPurgedError,
  SourceError,
} from '../shared/domain/errors.ts';
import { NoTasksError } from '../shared/domain/task-errors.ts';
import { UserError } from '../shared/domain/user-error.ts';
import { docsPage } from '../shared/project/docs.ts';
import { EXIT } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** What was asked makes no sense, or not here; says what to do instead. Nothing was done. */
export class UsageError extends MicroprocessError {
  readonly code = 'usage';
}

/** Something outside refused or is missing; says what to do next. */
export class EnvironmentError extends MicroprocessError {
  readonly code = 'environment';
}

/** Ctrl-C while another process, or a stage, does the work: that goes on. */
export class LeftError extends MicroprocessError {
  readonly code = 'left';
}

/** An error that was said already. */
class SaidError extends MicroprocessError {
  readonly code = 'said';
  readonly exitCode: number;

  constructor(cause: unknown, exitCode: number) {
    super('', { cause });
    this.exitCode = exitCode;
  }
}

/** Says an error before all that is left to do is done; gives what stands for it from then on. */
export function said(error: unknown, { stderr }: Pick<Terminal, 'stderr'>): MicroprocessError {
  const { code, message } = explain(error);
  if (message !== null) stderr.write(`error: ${message}\n`);
  return new SaidError(error, code);
}

/** Commander quotes what it was given whole, also a URL's password. */
export const withoutPasswords = (text: string): string => text.replace(/(:\/\/[^\s/:@'"]*:)[^\s/'"]*@/g, '$1…@');

const ASKED_WRONGLY = [UsageError, InputError, DefinitionError, RunConflictError, RunPurgedError, NoTasksError];

/** An error's exit code, and what is said of it: a stack only where it's ours to mend. Commander has said its own already. */
export function explain(error: unknown): { code: number; message: string | null } {
  if (error instanceof SaidError) return { code: error.exitCode, message: null };
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.ok : EXIT.usage, message: null };
  // Out of the user's own code: where it was thrown is what helps.
  if (error instanceof SourceError) return { code: EXIT.failed, message: new UserError(error).brief((file) => file) };
  if (error instanceof MicroprocessError) {
    const asked = ASKED_WRONGLY.some((kind) => error instanceof kind);
    return { code: asked ? EXIT.usage : EXIT.failed, message: error.message };
  }
  const known = ofSystem(error) ?? ofAws(error);
  if (known !== undefined) return { code: EXIT.failed, message: known };
  return { code: EXIT.failed, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

const NO_FILES = 'This process may open no more files: raise the limit, as with "ulimit -n 4096", and try again.';
const NO_ROOM = 'Free some space, or point MICROPROCESS_HOME at another disk, and try again.';
const NO_RIGHT = 'Point MICROPROCESS_HOME at a folder that you may write, or change whose this is.';

const NO_PORT = 'Programs on this machine talk to each other at 127.0.0.1: it must be there, with some free ports.';

/** What to do about what the system refuses. */
const REFUSED: Readonly<Record<string, string>> = {
  EADDRNOTAVAIL: NO_PORT,
  EADDRINUSE: NO_PORT,
  EMFILE: NO_FILES,
  ENFILE: NO_FILES,
  ENOSPC: NO_ROOM,
  EDQUOT: NO_ROOM,
  EROFS: NO_RIGHT,
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
};

/** What the system refused, and what to do about it. */
function ofSystem(error: unknown): string | undefined {
  const next = error instanceof Error ? REFUSED[code(error) ?? ''] : undefined;
  return error instanceof Error && next !== undefined ? `${error.message}. ${next}` : undefined;
}

/** Whether a file or folder could not be used, whatever the reason: what is being written has no path. */
export function isOfDisk(error: unknown): error is Error {
  if (!(error instanceof Error && 'syscall' in error)) return false;
  return 'path' in error || REFUSED[code(error) ?? ''] === NO_ROOM;
}

/** What the AWS SDK's most common errors mean for whoever sits at the terminal, by their names. */
function ofAws(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message } = error;
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name)) {
    return `No AWS credentials: ${message}. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with "aws sso login".`;
  }
  if (/Expired/.test(name)) return `The AWS credentials have expired: ${message}. Sign in again.`;
  if (
    /^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch)$/.test(name)
  ) {
    return `AWS doesn't know these credentials: ${message} Check AWS_PROFILE and the keys, and "microprocess doctor --stage …".`;
  }
  if (/^(AccessDenied|AccessDeniedException|UnauthorizedOperation|NotAuthorized)$/.test(name)) {
    return `AWS refused: ${message} The command line works with your own rights; ${docsPage('cli.md')} lists what each command needs.`;
  }
  if (message === 'Region is missing') return 'No AWS region. Set AWS_REGION, or a region in the profile.';
  if (/^(ENOTFOUND|ECONNREFUSED|ETIMEDOUT|TimeoutError)$/.test(code(error) ?? name)) {
    return `${message || name}: can't reach AWS or the emulators. Check the network, AWS_REGION and AWS_ENDPOINT_URL.`;
  }
  return undefined;
}

function code(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the other side of a connection is gone. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && /^(ECONNREFUSED|ECONNRESET|EPIPE)$/.test(code(error) ?? '');
}
