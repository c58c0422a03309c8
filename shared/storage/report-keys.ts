/** What a run leaves, under the pipeline's prefix. */
export const reportKeys = (run: string) => ({
  csv: `${run}/report.csv`,
  html: `${run}/report.html`,
  email: `${run}/email.eml`,
  summary: `${run}/summary.json`,
});
