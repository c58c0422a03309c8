/** What people do to runs and pipelines, as far as it is recorded. */
export const ACTS = ['start', 'redrive', 'cancel', 'pause', 'resume', 'limits', 'purge'] as const;
