/** Addresses of the console's pages. Names and ids match `[A-Za-z0-9_-]` and `~`, but nothing here relies on it. */
const part = encodeURIComponent;

export const runPath = (pipeline: string, run: string) => `/runs/${part(pipeline)}/${part(run)}`;
export const livePath = (pipeline: string, run: string) => `/live/${part(pipeline)}/${part(run)}`;
