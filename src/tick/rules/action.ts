/** A kind of thing that ticks do: its permanent name in JSON, and its words in a table. */
export interface ActionKind {
  readonly name: string;
  readonly done: string;
  readonly planned: string;
  /** Whether something is different afterwards. */
  readonly changes: boolean;
}

/** One thing that a tick did or would do. */
export interface TickAction {
  readonly kind: ActionKind;
  /** A service, a CA, a directory. */
  readonly subject: string;
  readonly serial?: string;
  readonly number?: bigint;
  readonly until?: Date;
  /** Why, or what of. */
  readonly detail?: string;
}

export const actionKind = (name: string, done: string, planned: string, changes = true): ActionKind => ({
  name,
  done,
  planned,
  changes,
});
