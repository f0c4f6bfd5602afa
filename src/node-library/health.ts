// Describes a source: its state, an answer for /healthz, and numbers for metrics.
// `source.ts` hands everything in. It changes nothing.
import { crlNumber } from '../pki/crl/parsed.ts';
import { serialToHex } from '../pki/certificate/serial-number.ts';
import { nameToString } from '../pki/name/name.ts';
import { isFresh } from './crl-shelf.ts';
import type { InForce } from './settle.ts';
import type { Health, SourceProblem, SourceState } from './types.ts';

export interface Described {
  readonly inForce: InForce;
  readonly problems: SourceState['problems'];
  readonly changedAt: Date;
  readonly lookedAt: Date;
  readonly lookingSince: Date | undefined;
  readonly connections: SourceState['connections'];
  readonly now: Date;
}

export function describeState(described: Described): SourceState {
  const { inForce, problems, changedAt, lookedAt, lookingSince, connections, now } = described;
  const { identity, trust } = inForce;
  const { tbs } = identity.leaf;
  return {
    ...(identity.id !== undefined && { id: identity.id }),
    serial: serialToHex(tbs.serial),
    notBefore: tbs.notBefore.date,
    notAfter: tbs.notAfter.date,
    trustDomains: [...trust.bundles].map(([name, { anchors }]) => ({ name, anchors: anchors.length })),
    crls: trust.shelf.map(({ newest: { file, crl } }) => ({
      issuer: nameToString(crl.issuer),
      file,
      number: String(crlNumber(crl)),
      thisUpdate: crl.thisUpdate.date,
      nextUpdate: crl.nextUpdate?.date,
      entries: crl.entryCount,
      fresh: isFresh(crl, now),
    })),
    problems,
    changedAt,
    lookedAt,
    ...(lookingSince && { lookingSince }),
    connections,
  };
}

export function describeHealth(state: SourceState, now: Date): Health {
  const isCritical = state.problems.some(({ severity }) => severity === 'critical') || now > state.notAfter;
  const calm = state.problems.length === 0 ? 'ok' : 'warning';
  return {
    status: isCritical ? 'critical' : calm,
    ...(state.id !== undefined && { id: state.id }),
    notAfter: state.notAfter.toISOString(),
    lookAge: Math.max(0, Math.round((now.getTime() - state.lookedAt.getTime()) / 1000)),
    problems: state.problems.map(({ code, severity, message, since }) => ({
      ...{ code, severity, message },
      since: since.toISOString(),
    })),
  };
}

export function describeMetrics(state: SourceState, looks: number): Readonly<Record<string, number>> {
  const ends = state.crls.flatMap(({ nextUpdate }) => (nextUpdate === undefined ? [] : [nextUpdate.getTime()]));
  return {
    certificate_not_before_seconds: seconds(state.notBefore),
    certificate_not_after_seconds: seconds(state.notAfter),
    ...(ends.length > 0 && { crl_next_update_seconds: Math.min(...ends) / 1000 }),
    crl_entries: state.crls.reduce((sum, { entries }) => sum + entries, 0),
    anchors: state.trustDomains.reduce((sum, { anchors }) => sum + anchors, 0),
    problems: state.problems.length,
    last_change_seconds: seconds(state.changedAt),
    last_look_seconds: seconds(state.lookedAt),
    looks_total: looks,
    connections_open: state.connections.open,
    connections_ended_total: state.connections.ended,
    peers_rejected_total: state.connections.rejected,
  };
}

const seconds = (date: Date): number => date.getTime() / 1000;

/** The problems of a source, each with the time when it began. */
export class ProblemList {
  #known = new Map<string, SourceProblem & { readonly since: Date }>();

  get all(): SourceState['problems'] {
    return [...this.#known.values()];
  }

  /** Replaces the problems; returns those that began and those that are over. */
  update(found: readonly SourceProblem[], now: Date) {
    const next = new Map(found.map(each => [`${each.code} ${each.file}`, each]));
    const began = [...next].filter(([key]) => !this.#known.has(key)).map(([, each]) => each);
    const over = [...this.#known].filter(([key]) => !next.has(key)).map(([, each]) => each);
    this.#known = new Map(
      [...next].map(([key, { code, file, message, severity }]) => [
        key,
        { code, file, message, severity, since: this.#known.get(key)?.since ?? now },
      ]),
    );
    return { began, over };
  }
}
