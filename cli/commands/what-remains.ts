/** What no deletion of a run or an item reaches. */
const OF_BOTH = [
  'mails, messages in channels and events that were sent; on this machine .state/mail/*.eml and .state/events.jsonl',
  'reports that were fetched, such as those in out/ on this machine',
  'what the service keeps',
  'messages still in queues, without effect, 14 days at most: "purge --yes" deletes those of the work queue now',
  'that a run of this id was purged, so that its late messages meet no other run: as long as it would have been kept, 15 days at least',
  'backups: of a table with point-in-time recovery its last 35 days; copies and old versions of objects that you had S3 make',
];

/** What a deletion of a run doesn't reach. */
export const RUN_REMAINS = [
  ...OF_BOTH,
  'a file or items that were handed over at the start, until they expire: other runs may have been given the same',
  'ids, counts and reasons in logs and in the report of the next run, and who did what (acts)',
];

/** What a deletion of all runs that hold an item doesn't reach. */
export const ITEM_REMAINS = [
  ...OF_BOTH,
  "the source's own data, and what was made of reports and outputs since",
  'ids of runs, children and tasks, in logs, in the report of the next run and in who did what (acts)',
  'what other pipelines keep: each is asked by itself',
];
