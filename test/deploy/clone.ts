import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import type { Cdk } from './cdk.ts';
import { SHOP, synthShop } from './clone-app.ts';
import { type Signing, signedFetch } from './signed.ts';

export interface ShopContext {
  /** With a folder of its own. */
  readonly cli: Cdk;
  readonly signing: Signing;
  /** Of a local AWS, which runs functions, and neither ECS services nor web functions. */
  readonly local?: { readonly endpoint: string; here(url: string): string };
}

const answer = z.object({ asked: z.unknown(), level: z.string(), at: z.string() });

/** Clones are deployed beside what a team has, and called: they answer as the live ones do, elsewhere, and nobody without a signature. */
export async function checkClones({ cli, signing, local }: ShopContext): Promise<void> {
  synthShop(cli.assembly, local === undefined);
  await cli.deploy();
  const formation = new CloudFormationClient({ ...signing, ...(local && { endpoint: local.endpoint }) });
  const { Stacks: [shop] = [] } = await formation.send(new DescribeStacksCommand({ StackName: SHOP }));
  const urls = new Map(shop?.Outputs?.map(({ OutputKey, OutputValue = '' }) => [OutputKey, OutputValue]));
  const urlOf = (name: string) => {
    const url = urls.get(name)?.replace(/\/$/, '') ?? '';
    return new URL(local ? local.here(url) : url);
  };
  const asked = { name: 'ACME' };
  const request = { method: 'POST', body: JSON.stringify(asked) } as const;
  const call = async (name: string) =>
    answer.parse(JSON.parse(await signedFetch(signing, { ...request, service: 'lambda', url: urlOf(name) })));
  for (const kind of local ? ['Function'] : ['Function', 'Web']) {
    const { at: live, ...ofLive } = await call(`${kind}Live`);
    const { at: clone, ...ofClone } = await call(`${kind}Clone`);
    deepEqual(ofLive, { asked, level: 'INFO' });
    deepEqual(ofClone, ofLive);
    notEqual(clone, live, 'the clone runs elsewhere');
    equal((await fetch(urlOf(`${kind}Clone`), request)).status, 403, `an unsigned call to ${kind}Clone is refused`);
  }
}
