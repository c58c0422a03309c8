import type { AccountAccess, Source } from '../../shared/author/source.ts';
import { isObject } from '../../shared/author/sources/place.ts';
import { UsageError } from '../errors.ts';

/** What a run reads in place of what its source names. */
interface Given {
  readonly file?: string | undefined;
  readonly items?: string | undefined;
}

/** The account that a terminal's AWS settings name, where it asked to read that. */
export async function ownAccount(aws: boolean | undefined): Promise<AccountAccess | undefined> {
  // The SDK is loaded where it is asked for.
  return aws ? (await import('../../local/own-account.ts')).openOwnAccount() : undefined;
}

/**
 * Looks, before anything is done for a run on this machine, whether it may read what its source names.
 * @throws {UsageError} where that is in an account, and none was asked for
 */
export function requireAccount(
  { source }: { readonly source: Pick<Source<unknown>, 'reads' | 'needs'> },
  { file, items }: Given,
  mayRead: boolean,
): void {
  const { reads = [], needs: { tables = [], lists = [] } = {} } = source;
  const [first] = [
    ...(file === undefined ? reads.filter(isObject) : []),
    ...lists,
    ...tables.map((name) => `table ${name}`),
  ];
  if (first === undefined || items !== undefined || mayRead) return;
  throw new UsageError(
    `The source reads ${first} of an AWS account: add --aws to read it by your own credentials, or hand over --file or --items instead.`,
  );
}
