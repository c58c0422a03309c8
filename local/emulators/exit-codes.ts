/** What the emulators end with where another process has their database open. */
export const IN_USE = 75;
