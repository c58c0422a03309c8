import { deepEqual, equal, ok } from 'node:assert/strict';
import { cpSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { RESOURCES } from '../../shared/lambda/resources.ts';
import { adaptToEmulator } from '../deploy/adapt.ts';
import { Deployed } from '../deploy/aws.ts';
import { cdk } from '../deploy/cdk.ts';
import { type Context, CREDENTIALS, functionUrlHere } from '../deploy/emulator.ts';
import type { step } from '../deploy/supervised.ts';
import { jsonIn, type Sandbox } from './sandbox.ts';

const SHOP = 'shop';
const RUN = 'first';
/** It takes seconds; the machine may be busy. */
const RUN_SECONDS = 120;

/** An app that was there before: it finds the package where another project has it installed. */
export function copyShop({ folder }: Sandbox, installedIn: string): void {
  cpSync(join(import.meta.dirname, SHOP), join(folder, SHOP), { recursive: true });
  writeFileSync(join(folder, SHOP, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(folder, installedIn, 'node_modules'), join(folder, SHOP, 'node_modules'));
}

const shown = z.object({ status: z.string(), counts: z.object({ total: z.number(), succeeded: z.number() }) });

/** The app with its pipeline and clone is deployed; the command line starts a run of it, and finds it. */
export async function deployShop(sandbox: Sandbox, context: Context, within: typeof step): Promise<void> {
  const { endpoint, region, signal, env } = context;
  const cli = cdk(context.work, env, signal, join(sandbox.folder, SHOP));
  const credentials = {
    accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  };
  const aws = new Deployed('prices', { region, endpoint, credentials });
  await within('their app: cdk bootstrap, cdk synth', () =>
    Promise.all([cli.bootstrap(context.account, region), cli.synth({})]),
  );
  ok(adaptToEmulator(cli.assembly) > 0, 'functions may send to queues');
  await within('their app: cdk deploy', () => cli.deploy());
  equal(await aws.rewriteEnvironment(RESOURCES.endpoint.variable, functionUrlHere(endpoint)), 1);
  const { resources } = await aws.deployment(SHOP);
  const microprocess = async (...args: readonly string[]) =>
    jsonIn(await sandbox.call(SHOP, ['npx', 'microprocess', ...args, '--stage', SHOP, '--json'], env));
  await within('their app: a run by the command line', async () => {
    await microprocess('start', 'prices', '--run-id', RUN);
    await aws.ended(resources.table, RUN, 'succeeded', RUN_SECONDS, signal);
    const { status, counts } = shown.parse(await microprocess('show', RUN));
    deepEqual({ status, ...counts }, { status: 'succeeded', total: 5, succeeded: 5 });
  });
}
