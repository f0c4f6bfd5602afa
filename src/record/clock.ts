/** Times that earlier runs recorded. They show a clock that is behind, or one that jumped ahead. */
export interface ClockRecord {
  /** Newest time in the audit log, or the time of the last run, since a clock was accepted (`tick --force-clock`). */
  readonly newest: Date;
  /** Last recorded run of `tick`; absent if none ran. Runs within an hour are not recorded. */
  readonly lastRun?: Date;
  /** Seconds between the last two recorded runs of `tick`. */
  readonly usualGap?: number;
  /** A jump ahead that was not accepted: the newest time before it, and the time after it. */
  readonly jump?: { readonly from: Date; readonly to: Date };
}
