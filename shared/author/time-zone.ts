/** Areas of the time zone database, with those of its legacy names. */
const AREAS =
  /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Brazil|Canada|Chile|Etc|Europe|Indian|Mexico|Pacific|US)\//;

const words = (text: string) => text.split(' ');

/** Names of the time zone database that stand in no area. */
const WITHOUT_AREA = words(
  'CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel ' +
    'Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT ' +
    'UTC Universal W-SU WET Zulu',
);

/** What the database dropped in 2020, and ICU keeps. */
const DROPPED = words('Canada/East-Saskatchewan US/Pacific-New');

/** Words within names of an area that are written otherwise than with one capital. */
const SPELLINGS = new Map(
  words(
    'ACT BajaNorte BajaSur ComodRivadavia DeNoronha DumontDUrville EasterIsland GMT IN LHI McMurdo NSW UCT US UTC au es of',
  ).map((word) => [word.toLowerCase(), word]),
);

/**
 * Says what is wrong with a time zone's name; null where nothing is. What passes is a name that both `Intl.DateTimeFormat` and
 * EventBridge Scheduler take: one of the IANA time zone database, today's or a legacy one. Scheduler documents no other. `Intl`
 * takes more, and not the same in each version of Node: offsets such as `+05:30`, any upper and lower case, and abbreviations of
 * ICU's own, of which `AST` is Alaska's time and `CST` never China's.
 */
export function timeZoneProblem(name: string): string | null {
  const spelled = spelling(name);
  if (name === spelled && isKnown(name)) return null;
  // A name may come one day that isn't spelled by our rules.
  if (Intl.supportedValuesOf('timeZone').includes(name)) return null;
  const hint = spelled !== null && isKnown(spelled) ? `; this one is written ${spelled}` : '';
  return `must be a name of the IANA time zone database, such as Europe/Berlin, Asia/Kolkata or UTC${hint}`;
}

/** A name as the database would spell it; null where it can't hold it. */
function spelling(name: string): string | null {
  const lower = name.toLowerCase();
  const whole = WITHOUT_AREA.find((each) => each.toLowerCase() === lower);
  if (whole !== undefined) return whole;
  const spelled = lower.replaceAll(/[a-z]+/g, (word) => SPELLINGS.get(word) ?? word[0]?.toUpperCase() + word.slice(1));
  return AREAS.test(spelled) && !DROPPED.includes(spelled) ? spelled : null;
}

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return true;
  } catch {
    return false;
  }
}
