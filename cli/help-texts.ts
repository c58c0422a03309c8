/** Behind the help of each command that acts at a stage or here. */
export const WHERE = `
Where: this machine, unless --stage or MICROPROCESS_STAGE names a deployed stage; there with the AWS SDK's usual credentials
(AWS_PROFILE, AWS_REGION, …). Which pipeline: --pipeline or MICROPROCESS_PIPELINE, the only one there is, or the one
whose run is named; list, watch and doctor are for all.`;

/** Behind the help as a whole, and of run. */
export const EXIT_CODES = `
Exit codes: 0 done, and the run succeeded where one was followed; 1 it failed, or something broke; 2 wrong usage, nothing was
done; 130 interrupted.`;

/** Command lines, each with what it does. */
export const examples = (...lines: readonly string[]) => `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;

/** Behind the help of purge. */
export const PURGE = `${examples(
  'microprocess purge march --yes                            delete a run, with its redrives; march~2 is the same',
  'microprocess purge --item "Ann Lee" --stage prod          say which runs hold this text; delete nothing',
  'microprocess purge --item "Ann Lee" --stage prod --yes    delete these runs, whole',
  'microprocess purge --yes                                  empty the work queue; no run loses anything',
)}

Without --yes nothing is deleted: it says what would be. A run must have ended. Its id can't be used again while messages of
it may come. To name a redrive is to name its first run: all of them go. What is missing of runs that go on when the work queue is
emptied, the sweeper sends again.

--item looks at items, results and lines of reports, for whole words in the same upper and lower case, without blanks around them; repeat
it for each text that the item is known by. It looks at runs that have ended, and says which haven't: exit code 1. Files and items that
runs were handed over go too, once no run will read them.`;

/** Behind the help of refused. */
export const REFUSED = `
Reasons:
  gave-up         its function failed with it every time; children that it had are FAILED with dead-letter: redrive their run
  old-turn        its children were sent again since; nothing was given up
  unknown-run     its run is gone, such as one that was purged
  other-pipeline, not-a-message, not-json
                  nothing of this pipeline's: another program, or a person, sent it to its queues

Each is kept for 90 days, and without items. Of more than 10,000 it reads 10,000, by their ids, and lists the newest of those. Nothing else is to be done about them: what a run still needs is sent again.`;
