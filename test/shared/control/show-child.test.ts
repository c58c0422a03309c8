import { expect, test } from 'vitest';
import { showChild } from '../../../shared/control/show-child.ts';
import { tokenOf, UNTIL, waitingRun } from '../../functions/callback/waiting-run.ts';

test('a child that waits for its callback says until when, and that it was called; one that has ended waits no more', async () => {
  const { deps, ask } = await waitingRun();
  const waits = { status: 'WAITING', attempts: 1, waitsUntil: new Date(UNTIL).toISOString() };
  expect(await showChild(deps, 'march', '0-0.0.0')).toMatchObject(waits);
  await ask({ rawPath: `/callback/${tokenOf()}`, body: '{"status":200}' });
  expect(await showChild(deps, 'march', '0-0.0.0')).toMatchObject({ status: 'SUCCEEDED', waitsUntil: null });
  expect(await showChild(deps, 'march', '0-0.0.1')).toMatchObject(waits);
});
