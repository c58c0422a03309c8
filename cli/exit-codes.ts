/** What the command line ends with. */
export const EXIT = {
  ok: 0,
  /** The run failed, or something broke. */
  failed: 1,
  /** What was asked makes no sense: nothing was done. */
  usage: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
