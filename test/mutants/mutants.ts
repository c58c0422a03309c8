/** A mistake in the source, and the test that must name it. */
export interface Mutant {
  readonly mistake: string;
  readonly file: string;
  /** Stands exactly once in the file, which mutants.test.ts checks. */
  readonly code: string;
  readonly mutated: string;
  readonly testFile: string;
  /** Part of the full name of a test that must fail. */
  readonly test: string;
}

const COMMIT = { file: 'shared/flow/commit.ts', testFile: 'test/shared/flow/commit.test.ts' };

export const MUTANTS: readonly Mutant[] = [
  {
    ...COMMIT,
    mistake: 'commit writes no page',
    code: '  await writePages(deps, block, outcomes);\n',
    mutated: '',
    test: 'writes an outcome page of each child',
  },
  {
    ...COMMIT,
    mistake: 'commit writes no set',
    code: 'await writeSet(deps.stores.blocks, block, done, change);',
    mutated: '{ done: new Set(Array.from({ length: block.size }, (_, n) => n)), raised: change !== undefined };',
    test: 'adds each child to the set',
  },
  {
    ...COMMIT,
    mistake: 'commit writes the set before the page',
    code: `  await writePages(deps, block, outcomes);
  const done = outcomes.map(({ n }) => n);
  const written = await writeSet(deps.stores.blocks, block, done, change);
`,
    mutated: `  const done = outcomes.map(({ n }) => n);
  const written = await writeSet(deps.stores.blocks, block, done, change);
  await writePages(deps, block, outcomes);
`,
    test: 'writes the outcome page, then the set, then completes the block',
  },
  {
    ...COMMIT,
    mistake: 'commit writes only the first of several pages',
    code: 'pagesOf(outcomes).map(',
    mutated: 'pagesOf(outcomes).slice(0, 1).map(',
    test: 'outcomes too large for one page are all stored',
  },
  {
    ...COMMIT,
    mistake: 'commit completes nothing',
    code: 'await completeBlockIfFull(deps, block, written.done)',
    mutated: 'false',
    test: 'completes the full block, and tells the aggregator of its full segment',
  },
  {
    ...COMMIT,
    mistake: 'the message is deleted before completion',
    code: 'return { ...written, full: await completeBlockIfFull(deps, block, written.done) };',
    mutated: `completeBlockIfFull(deps, block, written.done).catch(() => undefined);
  return { ...written, full: written.done.size >= block.size };`,
    test: 'keeps its message where the block could not be completed',
  },
  {
    mistake: 'a call is admitted however little time is left',
    file: 'shared/calling/last-start.ts',
    code: 'deadline - pipeline.endpoint.timeoutSeconds * 1_000 - WRITE_MS',
    mutated: 'deadline',
    testFile: 'test/functions/forwarder/admit.test.ts',
    test: 'is started when the time left is too short for it',
  },
  {
    mistake: 'a call is admitted in whatever status its run is',
    file: 'functions/forwarder/admit.ts',
    code: 'run !== null && maySend(statusAt(run, now))',
    mutated: 'run !== null && maySend("running")',
    testFile: 'test/functions/forwarder/admit.test.ts',
    test: 'a run that is cancelled during a call starts no other',
  },
  {
    mistake: 'a call is admitted past the deadline',
    file: 'functions/forwarder/admit.ts',
    code: 'maySend(statusAt(run, now))',
    mutated: 'maySend(run.status)',
    testFile: 'test/functions/forwarder/admit.test.ts',
    test: 'a call is admitted until the deadline, and none from then on',
  },
  {
    mistake: 'a message of an overdue run is sent round until the run is closed',
    file: 'functions/forwarder/forwarding.ts',
    code: 'run && statusAt(run, now)',
    mutated: 'run && run.status',
    testFile: 'test/functions/forwarder/admit.test.ts',
    test: 'past the deadline a suspect is void',
  },
  {
    mistake: 'a segment is frozen again',
    file: 'shared/adapters/dynamodb/segments.ts',
    code: "condition: all(absent('frozen'), late === 0 ? absent('late') : equals('late', late)),",
    mutated: '',
    testFile: 'test/functions/aggregator/freeze.test.ts',
    test: 'of two that freeze a segment at once the first part stays for good',
  },
  {
    mistake: "a frozen segment is not added to its run's set",
    file: 'shared/flow/completion.ts',
    code: 'await deps.stores.runs.addSegment(run, slice, segment)',
    mutated: 'await deps.stores.runs.readCompletion(run)',
    testFile: 'test/functions/aggregator/freeze.test.ts',
    test: "a frozen segment is added to its run's set",
  },
  {
    mistake: 'a run is finished without its claim',
    file: 'functions/aggregator/finish.ts',
    code: 'await stores.runs.leaseFinish(run, invocation.id, now, invocation.deadline + LEASE_MARGIN_MS);',
    mutated: 'await stores.runs.read(run);',
    testFile: 'test/functions/aggregator/finish.test.ts',
    test: 'of two that finish a run at once only the one with the claim makes report, mail and event',
  },
  {
    mistake: 'a run is finished before it is complete',
    file: 'functions/aggregator/finish.ts',
    code: '  if (!isRootFull(root)) return;\n',
    mutated: '',
    testFile: 'test/functions/aggregator/finish.test.ts',
    test: 'a run that is not complete is left as it is',
  },
  {
    mistake: 'a run that another finisher ended is counted again',
    file: 'functions/aggregator/finish.ts',
    code: '  if (!ended) return;\n',
    mutated: '',
    testFile: 'test/functions/aggregator/finish.test.ts',
    test: 'a run that another finisher ended, once the lease ran out, is counted once',
  },
  {
    mistake: 'a message that lost its turn sends its slot all the same',
    file: 'functions/forwarder/commit-and-resend.ts',
    code: 'if (raised) {',
    mutated: 'if (raised || register.turn !== message.turn) {',
    testFile: 'test/functions/forwarder/handler.test.ts',
    test: 'a message whose turn another delivery has raised sends nothing',
  },
  {
    mistake: 'a suspect does not complete a block that it finds full',
    file: 'functions/forwarder/forward-suspect.ts',
    code: "    if (decision.do === 'complete') await completeBlockIfFull(deps, block, state.done);\n",
    mutated: '',
    testFile: 'test/functions/forwarder/handler.test.ts',
    test: 'a suspect that finds its block filled by a delivery that died completes the block',
  },
  {
    mistake: 'a mark of its own is evidence to an invocation',
    file: 'shared/domain/sending.ts',
    code: 'mark && mark.by !== self ? mark : null',
    mutated: 'mark',
    testFile: 'test/shared/domain/sending.property.test.ts',
    test: 'a mark of its own, whenever it ends',
  },
  {
    mistake: 'a live mark of another invocation is evidence',
    file: 'shared/domain/sending.ts',
    code: "  if (mark && endOf(mark) > now) return { do: 'back', until: endOf(mark) };\n",
    mutated: '',
    testFile: 'test/functions/forwarder/handler.test.ts',
    test: 'while another invocation calls a slot under its mark',
  },
  {
    mistake: 'a slot that a forwarder died of is called before those that are only suspect',
    file: 'functions/forwarder/forward-batch.ts',
    code: 'suspects.sort((a, b) => a.care - b.care)',
    mutated: 'suspects',
    testFile: 'test/functions/forwarder/handler.test.ts',
    test: 'suspects come last',
  },
  {
    mistake: 'a mark stays where a store failed its invocation',
    file: 'functions/forwarder/forward-suspect.ts',
    code: '      await blocks.endMark(run, ref, { slot, mark, done: [], ttl }).catch(() => undefined);\n',
    mutated: '',
    testFile: 'test/functions/forwarder/handler.test.ts',
    test: 'leaves no mark',
  },
  {
    mistake: 'a message of another turn is treated as current',
    file: 'shared/domain/sending.ts',
    code: ' || delivery.turn !== register.turn) return',
    mutated: ') return',
    testFile: 'test/functions/forwarder/handler.test.ts',
    test: 'a message of an old turn is void',
  },
  {
    mistake: 'a message of a run that takes no calls is treated as current',
    file: 'shared/domain/sending.ts',
    code: 'status === null || !maySend(status) || ',
    mutated: '',
    testFile: 'test/shared/domain/sending.property.test.ts',
    test: 'decide a paused run',
  },
];
