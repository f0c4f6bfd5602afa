/** The permanent names of actions in JSON. */
type ActionName =
  | 'bundle-written'
  | 'overlap-ended'
  | 'revocations-adopted'
  | 'crl-signed'
  | 'published'
  | 'access-restricted'
  | 'ca-certificate-written'
  | 'rotation-prepared'
  | 'rotation-published'
  | 'rotation-activated'
  | 'rotation-draining'
  | 'rotation-retired'
  | 'renewed'
  | 'deployed'
  | 'deployment-pending'
  | 'anchors-updated'
  | 'reloaded';

/** A kind of action of a tick: its permanent name in JSON, and its words in the table. */
export interface ActionKind {
  readonly name: ActionName;
  /** Kind of thing that the subjects of its actions name. */
  readonly of: 'bundle' | 'service' | 'ca' | 'directory' | 'consumer' | 'home';
  readonly done: string;
  readonly planned: string;
  /** False for an action that changes nothing, such as a deployment that is still pending. */
  readonly changes: boolean;
}

/** An action that a tick took or would take. */
export interface TickAction {
  readonly kind: ActionKind;
  /** Name of a service or consumer, id of a CA, or path of a directory. */
  readonly subject: string;
  readonly serial?: string;
  readonly number?: bigint;
  /** notAfter of a new certificate, or nextUpdate of a new CRL. */
  readonly until?: Date;
  /** The reason, or a count of what changed. */
  readonly detail?: string;
}

export const actionKind = (
  name: ActionName,
  of: ActionKind['of'],
  done: string,
  planned: string,
  changes = true,
): ActionKind => ({
  name,
  of,
  done,
  planned,
  changes,
});
