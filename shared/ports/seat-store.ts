import type { SeatState, Seats, SlotRef } from '../domain/seats.ts';

/** Seats of a pipeline's children that wait for callbacks: one small item, that no pipeline without a cap has. */
export interface SeatStore {
  /** Consistent. */
  read(): Promise<SeatState>;
  /**
   * Replaces what a slot holds, where it holds what was read. False where it doesn't, or where more than `cap` would be taken.
   * @param read null for none
   * @param next null to give all back
   */
  change(slot: SlotRef, read: Seats | null, next: Seats | null, cap: number): Promise<boolean>;
  /** Claims to hold them against the registers; false where another has since `read`. */
  claimCount(read: SeatState, now: number): Promise<boolean>;
}
