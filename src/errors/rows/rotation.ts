// The errors of replacing a CA: code, exit status, message and hints.
// The `ca rotate` commands exit with them; `catalogue.ts` finds them by code.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

interface ClosedGate {
  readonly name: string;
  readonly message: string;
  readonly remedy?: string;
  readonly opensAt?: Date;
}

/** A trust bundle that a verifier was not proven to have. */
interface Unproven {
  readonly verifier: string;
  readonly at: string;
  readonly sequence: number;
}

/** Shortens a list of CAs: a server may name every CA that its system knows. */
const few = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');

export const rotationErrors = {
  ERR_ROTATION_GATE: row<{ step: string; tier: string; gates: readonly ClosedGate[] }>(
    EXIT.refused,
    p =>
      `cannot take step ${quote(p.step)} of the ${p.tier} rotation: ${p.gates.length === 1 ? '1 gate is' : `${p.gates.length} gates are`} closed; nothing was changed`,
    p => [...new Set(p.gates.flatMap(({ remedy }) => remedy ?? []))],
    p => p.gates.map(({ name, message }) => `${name}: ${message}`),
  ),
  ERR_ROTATION_ORDER: row<{ step: string; tier: string; phase: string; next: string }>(
    EXIT.refused,
    p =>
      `the ${p.tier} rotation is in phase ${p.phase}: its next step is ${quote(p.next)}, not ${quote(p.step)}; nothing was changed`,
    p => [REMEDIES.rotationStep({ step: p.next, tier: p.tier })],
  ),
  ERR_ROTATION_AWAITED: row<{ step: string; tier: string; id: string }>(
    EXIT.refused,
    p => `cannot take step ${quote(p.step)}: ${p.id} waits for its certificate; nothing was changed`,
    p => [
      REMEDIES.successorPending(),
      `withdraw the request: ${REMEDIES.rotationStep({ step: 'rollback', tier: p.tier })}`,
    ],
  ),
  ERR_ROTATION_NONE: row<{ step: string; tier: string }>(
    EXIT.refused,
    p => `no ${p.tier} rotation is in progress; there is nothing to ${p.step === 'rollback' ? 'roll back' : p.step}`,
    p => [`start one: ${REMEDIES.caExpiring(p)}`],
  ),
  ERR_ROTATION_TIER: row<{ tier: string; problem: string; hint: string }>(
    EXIT.refused,
    p => `the ${p.tier} CA cannot be replaced: ${p.problem}; nothing was changed`,
    p => [p.hint],
  ),
  ERR_ROTATION_CONTRADICTION: row<{ tier: string; problems: readonly string[] }>(
    EXIT.integrity,
    p => `the records and the files of the ${p.tier} rotation contradict each other; nothing was changed`,
    p => [
      REMEDIES.rotationUnclear(p),
      'if manifest.db was restored from a backup, restore public/ and authorities/ from the same backup',
    ],
    p => p.problems,
  ),
  ERR_ROTATION_TEST: row<{ id: string; problem: string }>(
    EXIT.integrity,
    p => `the test certificate of ${p.id} was rejected: ${p.problem}; ${p.id} is not in use`,
    () => ['fix the cause, then run the command again; it resumes'],
  ),
  ERR_ROTATION_KEY_OUT: row<{ id: string }>(
    EXIT.usage,
    p => `the key of ${p.id} is offline: --root-key-out must name a file for the key of its successor`,
    () => [REMEDIES.rotationKeyOut()],
  ),
  ERR_ROTATION_KEY_NEEDED: row<{ id: string; step: string; tier: string; keyLocation: string }>(
    EXIT.secret,
    p => `the key of ${p.id} is ${p.keyLocation}; this step needs it`,
    // a destroyed key cannot be supplied again
    p => [p.keyLocation === 'destroyed' ? REMEDIES.caDetails({ ca: p.id }) : REMEDIES.rotationKeyNeeded(p)],
  ),
  ERR_ROTATION_KEY_AWAY: row<{ id: string; keyLocation: string; tier: string }>(
    EXIT.refused,
    p => `the key of ${p.id} is ${p.keyLocation}, so tick cannot rotate the ${p.tier} CA; nothing was changed`,
    p => [REMEDIES.rotationUnclear(p)],
  ),
  ERR_POLICY_EDIT: row<{ path: string; key: string; value: string }>(
    EXIT.usage,
    p => `${p.path} cannot be changed by a command, because of its form; nothing was changed`,
    p => [`edit the file: set ${p.key} to ${p.value}`],
  ),
  ERR_ROTATION_NOT_TAINTED: row<{ id: string; step: string; tier: string }>(
    EXIT.refused,
    p => `${p.id} is not tainted, and --force-compromised is only for a tainted CA; nothing was changed`,
    p => [
      `without force: ${REMEDIES.rotationStep(p)}`,
      `if its key is compromised: ${REMEDIES.caCompromised({ ca: p.id })}`,
    ],
  ),
  ERR_ROTATION_REASON: row<{ step: string }>(
    EXIT.usage,
    () => '--force-compromised and --reason must be given together',
    p => [REMEDIES.rotationForced({ step: p.step, tier: 'issuing' })],
  ),
  ERR_ACK_AHEAD: row<{ verifier: string; sequence: number; newest: number }>(
    EXIT.usage,
    p => `${quote(p.verifier)} cannot have bundle sequence ${p.sequence}: the newest is ${p.newest}`,
    p => [REMEDIES.bundleLoaded({ verifier: p.verifier, sequence: p.newest })],
  ),
  ERR_ACK_UNTOLD: row<Unproven & { asks: boolean }>(
    EXIT.refused,
    p =>
      `${p.at} ${p.asks ? 'requests client certificates but lists no CAs' : 'requests no client certificate'}, so its trusted roots cannot be determined; nothing was changed`,
    p => [
      `compare the bundle of that server with: ${REMEDIES.anchorsUnclear()}`,
      `if it has every root: ${REMEDIES.bundleLoaded(p)}`,
    ],
  ),
  ERR_ACK_UNNAMED: row<Unproven & { named: readonly string[]; missing: readonly string[] }>(
    EXIT.refused,
    p =>
      `${quote(p.verifier)} does not have bundle sequence ${p.sequence}: ${p.at} accepts clients of ${few(p.named)} but not of ${p.missing.join(', ')}; nothing was changed`,
    p => ['install public/bundle.pem on that server and reload it', `then probe it again: ${REMEDIES.bundleProbed(p)}`],
  ),
} as const;
