import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { type Signer, signerOf } from '../direct/signer.ts';

/** Services that take signed calls, by the names that their signatures have. */
export type SignedService = 'lambda' | 'execute-api' | 'vpc-lattice-svcs';

/** Signs with the function's own credentials. */
export const signerFor = (service: SignedService, region: string): Signer =>
  signerOf({ service, region }, defaultProvider());
