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
