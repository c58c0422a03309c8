import { slotsOf } from '../domain/chain.ts';
import { WRITES } from '../domain/format.ts';
import { missing, raised, registerOf, sendable } from '../domain/sending.ts';
import type { FlowDeps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { parallel } from './parallel.ts';
import { readSlices } from './slices.ts';
import { type UnfinishedBlock, unfinishedBlocks } from './unfinished.ts';
import { outgoing, slotMessage } from './work.ts';

/** Blocks sent again at once. */
const AT_ONCE = 16;

/**
 * Sends again what of a run has no outcome: slices without END, and each slot with missing children under a raised turn. The raised
 * turn voids messages of the slot that may still be queued, so nothing multiplies.
 * @param options `sendSlots: false` sends no slot, `sendSlices: false` resumes no slice; what is full is always completed again
 */
export async function sendAgain(
  deps: FlowDeps,
  record: RunRecord,
  { sendSlots = true, sendSlices = true } = {},
): Promise<{ slices: number; slots: number }> {
  const slices = sendSlices ? await splitAgain(deps, record) : 0;
  let slots = 0;
  await parallel(unfinishedBlocks(deps, record), AT_ONCE, async (block) => {
    if (sendSlots) slots += await sendBlockAgain(deps, block);
  });
  return { slices, slots };
}

/** Sends every slice without END to the splitter again; its chain says where it goes on. */
export async function splitAgain({ stores, queues, pipeline }: FlowDeps, { run }: RunRecord): Promise<number> {
  const slices = await readSlices({ stores }, run, await stores.runs.readCompletion(run));
  const open = slices.filter(({ checkpoint }) => !checkpoint?.ended);
  await queues.split.send(
    open.map(({ slice }) => ({ message: { v: WRITES, pipeline: pipeline.name, run, type: 'slice', slice } })),
  );
  return open.length;
}

async function sendBlockAgain(deps: FlowDeps, { block, content }: UnfinishedBlock): Promise<number> {
  const { stores, queues, pipeline } = deps;
  const { run, ref, ttl } = block;
  const { state } = content;
  let sent = 0;
  for (const slot of content.pages.flatMap(slotsOf)) {
    const read = registerOf(state, slot.first);
    if (sendable(read, missing(state, slot.first, slot.items.length)).length === 0) continue;
    const next = raised(read);
    // The register is no longer as read: a forwarder has raised the turn meanwhile, and sends the slot itself.
    if (!(await stores.blocks.replaceRegister(run, ref, { slot: slot.first, read, next, ttl }))) continue;
    await queues.work.send([outgoing(deps, slotMessage(pipeline.name, block, slot, next.turn))]);
    sent++;
  }
  return sent;
}
