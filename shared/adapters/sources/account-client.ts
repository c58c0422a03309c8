import type { AccountAccess } from '../../author/source.ts';

/** What a client of the user's account is made with, so that it never reaches what the environment names instead. */
export function accountClient({ region, credentials, endpoints }: AccountAccess, service: 's3' | 'dynamodb') {
  const endpoint = endpoints?.[service];
  return {
    ...(region !== undefined && { region }),
    ...(credentials && { credentials }),
    ...(endpoints && (endpoint === undefined ? { ignoreConfiguredEndpointUrls: true } : { endpoint })),
  };
}
