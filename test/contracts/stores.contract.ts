import { describeActStore } from './act-store.contract.ts';
import { describeBlockMarks } from './block-marks.contract.ts';
import { describeBlockPages } from './block-pages.contract.ts';
import { describeBlockState } from './block-state.contract.ts';
import { describeChainStore } from './chain-store.contract.ts';
import type { MakeStores } from './fixtures.ts';
import { describeNoticeStore } from './notice-store.contract.ts';
import { describeProgressStore } from './progress-store.contract.ts';
import { describeRefusalStore } from './refusal-store.contract.ts';
import { describeRoot } from './root.contract.ts';
import { describeRunStatus } from './run-status.contract.ts';
import { describeRunStore } from './run-store.contract.ts';
import { describeSeatStore } from './seat-store.contract.ts';
import { describeSegmentStore } from './segment-store.contract.ts';
import { describeSweepStore } from './sweep-store.contract.ts';
import { describeWaitStore } from './wait-store.contract.ts';

/** The contracts of all stores of a table. */
export function describeStores(name: string, make: MakeStores): void {
  describeActStore(name, make);
  describeRunStore(name, make);
  describeRunStatus(name, make);
  describeRoot(name, make);
  describeChainStore(name, make);
  describeBlockState(name, make);
  describeBlockMarks(name, make);
  describeBlockPages(name, make);
  describeSegmentStore(name, make);
  describeSeatStore(name, make);
  describeNoticeStore(name, make);
  describeProgressStore(name, make);
  describeRefusalStore(name, make);
  describeSweepStore(name, make);
  describeWaitStore(name, make);
}
