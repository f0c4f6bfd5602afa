// Decides whether a certificate with a reason to issue is held back. Only the planner calls it.
// A hold is part of the plan and not a refusal.

import type { CrlReason } from '../../pki/crl/revocation-reason.ts';
import type { ServiceRow } from '../../record/service.ts';
import type { RenewalWait } from '../../due/rules/wait.ts';
import { isWithdrawn } from '../../due/rules/withdrawal.ts';
import type { Held } from './planned.ts';
import type { Requested } from './requested.ts';

/** Facts that may hold back a certificate. */
export interface HoldFacts {
  readonly source: Requested['source'];
  readonly known: ServiceRow | undefined;
  readonly revokedFor: CrlReason | undefined;
  /** The key is on another host, and the request supplies none. */
  readonly keyIsAway: boolean;
  /** Its renewal window is closed. */
  readonly wait: RenewalWait | undefined;
  /** Seconds since the expiry after which a certificate is not renewed. */
  readonly allowExpired: number;
}

/** A hold without the fields that every hold has. */
type Cause<H = Held> = H extends Held ? Omit<H, 'reason' | 'changes'> : never;

type Hold = (facts: HoldFacts, now: Date) => Cause | undefined;

/** Holds a service that a revocation ended; a services file puts back a service that no file declared before. */
const withdrawn: Hold = ({ source, known, revokedFor }) =>
  revokedFor !== undefined && isWithdrawn(revokedFor) && (source === 'due' || known?.service.upkeep?.declared)
    ? { action: 'leave', because: 'revoked', revokedFor }
    : undefined;

const keyAway: Hold = ({ keyIsAway, revokedFor }) =>
  keyIsAway ? { action: 'leave', because: 'csr', ...(revokedFor && { revokedFor }) } : undefined;

const longExpired: Hold = ({ known, revokedFor, allowExpired }, now) =>
  known?.certificate !== undefined && now.getTime() - known.certificate.notAfter.getTime() > allowExpired * 1000
    ? { action: 'leave', because: 'expired', ...(revokedFor && { revokedFor }) }
    : undefined;

const closedWindow: Hold = ({ wait }) => (wait && 'until' in wait ? { action: 'wait', until: wait.until } : undefined);

/** Holds by the source of the request; the first that applies counts. A command line is never held. */
const HOLDS: Readonly<Record<Requested['source'], readonly Hold[]>> = {
  command: [],
  file: [withdrawn, closedWindow, keyAway],
  due: [withdrawn, keyAway, longExpired, closedWindow],
};

/** Finds the hold of a certificate; undefined: it is issued. */
export function findHold(facts: HoldFacts, now: Date): Cause | undefined {
  for (const hold of HOLDS[facts.source]) {
    const cause = hold(facts, now);
    if (cause !== undefined) return cause;
  }
  return undefined;
}
