/** What the files of a report say of themselves to a browser. */
export const CSV_TYPE = 'text/csv; charset=utf-8';
export const HTML_TYPE = 'text/html; charset=utf-8';
export const SUMMARY_TYPE = 'application/json';

/** A file that is shown. Names are of letters, digits, dots, `_`, `~` and `-` alone. */
export const inline = (name: string) => `inline; filename="${name}"`;

/** A file that is saved. */
export const saved = (name: string) => `attachment; filename="${name}"`;
