import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { once } from 'node:events';
import { IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import type { Cdk } from './cdk.ts';
import { QUEUE_HOST, SHOP, synthShop } from './clone-app.ts';
import { type Signing, signedFetch } from './signed.ts';

export interface ShopContext {
  /** With a folder of its own. */
  readonly cli: Cdk;
  readonly signing: Signing;
  /** Of a local AWS, which runs functions, and neither ECS services nor web functions. */
  readonly local?: { readonly endpoint: string; here(url: string): string };
}

const answer = z.object({ asked: z.unknown(), level: z.string(), at: z.string() });

/**
 * Clones are deployed beside what a team has, and called: they answer as the live ones do, elsewhere, and nobody without a signature.
 * @returns addresses of the stack, by their outputs
 */
export async function checkClones({ cli, signing, local }: ShopContext): Promise<ReadonlyMap<string, string>> {
  synthShop(cli.assembly, local === undefined);
  await cli.deploy();
  const formation = new CloudFormationClient({ ...signing, ...(local && { endpoint: local.endpoint }) });
  const { Stacks: [shop] = [] } = await formation.send(new DescribeStacksCommand({ StackName: SHOP }));
  const urls = new Map(shop?.Outputs?.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  const urlOf = (name: string) => {
    const url = urls.get(name)?.replace(/\/$/, '') ?? '';
    return new URL(local ? local.here(url) : url);
  };
  const asked = { name: 'ACME' };
  const post = { method: 'POST', body: JSON.stringify(asked) } as const;
  const call = async (name: string) =>
    answer.parse(JSON.parse(await signedFetch(signing, { ...post, service: 'lambda', url: urlOf(name) })));
  for (const kind of local ? ['Function'] : ['Function', 'Web']) {
    const { at: live, ...ofLive } = await call(`${kind}Live`);
    const { at: clone, ...ofClone } = await call(`${kind}Clone`);
    deepEqual(ofLive, { asked, level: 'INFO' });
    deepEqual(ofClone, ofLive);
    notEqual(clone, live, 'the clone runs elsewhere');
    equal((await fetch(urlOf(`${kind}Clone`), post)).status, 403, `an unsigned call to ${kind}Clone is refused`);
  }
  return urls;
}

/** Of one listener, the clone's host is answered by a task of the clone, and any other by one of the live service. */
export async function checkTasks(balancer: string, signal: AbortSignal): Promise<void> {
  const taskUnder = async (host: string) => {
    const asked = request({ host: balancer, path: '/', headers: { host }, signal }).end();
    const [answer] = z.tuple([z.instanceof(IncomingMessage)]).parse(await once(asked, 'response'));
    equal(answer.statusCode, 200, `${host} is answered with ${answer.statusCode}`);
    return text(answer);
  };
  notEqual(await taskUnder(QUEUE_HOST), await taskUnder(balancer), 'both are answered by one task');
}
