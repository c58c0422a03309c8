/** What became of telling somebody of a run's end. A newer release may write words that aren't known here. */
export interface ToldRecord {
  /** `told`; `failed`; `bounced`: SES took the mail, and it came back; `held`: others had been sent within the hour; `quiet`: nothing had changed. */
  readonly outcome: string;
  readonly detail: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Who was told of runs' ends. Beside the records that decide anything: without these a run ends as well. */
export interface NoticeStore {
  /** @param whom a channel's name; `mail`; an address that the mail came back from */
  record(run: string, whom: string, told: ToldRecord, ttl: number): Promise<void>;
  read(run: string): Promise<Readonly<Record<string, ToldRecord>>>;
  /** Counts one more mail of an hour: false, and nothing is counted, where that would be more than `most`. @param kind what is counted apart */
  admit(kind: string, now: number, most: number): Promise<boolean>;
}
