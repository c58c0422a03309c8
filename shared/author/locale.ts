/** Whether numbers and dates can be written for this tag of BCP 47: what `Intl` doesn't know it would write as in English, without a word. */
export function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length === 1;
  } catch {
    return false;
  }
}
