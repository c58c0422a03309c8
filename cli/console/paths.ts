/** Addresses of the console's pages. Names and ids match `[A-Za-z0-9_-]` and `~`, but nothing here relies on it. */
const part = encodeURIComponent;

export const runPath = (pipeline: string, run: string) => `/runs/${part(pipeline)}/${part(run)}`;
export const pipelinePath = (pipeline: string) => `/pipelines/${part(pipeline)}`;
export const livePath = (pipeline: string, run: string) => `/live/${part(pipeline)}/${part(run)}`;
export const childPath = (pipeline: string, run: string, child: string) =>
  `${runPath(pipeline, run)}/children/${part(child)}`;

/** The failed children of a run that a reader asks for; what is empty is left out. */
export function failuresPath(
  pipeline: string,
  run: string,
  asked: Readonly<Record<string, string | undefined>>,
): string {
  const said = Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const query = new URLSearchParams(said).toString();
  return `${runPath(pipeline, run)}/failures${query === '' ? '' : `?${query}`}`;
}
