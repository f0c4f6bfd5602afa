// The errors of replacing a CA: code, exit status, message and hints.
// The `ca rotate` commands end with them, by code, through `catalogue.ts`.
import { EXIT } from '../exit-status.ts';
import { REMEDIES } from '../remedy.ts';
import { quote, row } from '../row.ts';

interface ClosedGate {
  readonly name: string;
  readonly message: string;
  readonly remedy?: string;
  readonly opensAt?: Date;
}

/** What a verifier did not prove. */
interface Unproven {
  readonly verifier: string;
  readonly at: string;
  readonly sequence: number;
}

/** A server may name every CA that its system knows. */
const few = (names: readonly string[]): string =>
  names.length > 5 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');

export const rotationErrors = {
  ERR_ROTATION_GATE: row<{ step: string; tier: string; gates: readonly ClosedGate[] }>(
    EXIT.refused,
    p => `the ${p.tier} rotation cannot go on with ${quote(p.step)} yet; nothing was changed`,
    p => [...new Set(p.gates.flatMap(({ remedy }) => remedy ?? []))],
    p => p.gates.map(({ name, message }) => `${name}: ${message}`),
  ),
  ERR_ROTATION_ORDER: row<{ step: string; tier: string; phase: string; next: string }>(
    EXIT.refused,
    p => `${quote(p.step)} is not the next step of the ${p.tier} rotation, which is ${p.phase}; nothing was changed`,
    p => [REMEDIES.rotationStep({ step: p.next, tier: p.tier })],
  ),
  ERR_ROTATION_NONE: row<{ step: string; tier: string }>(
    EXIT.refused,
    p =>
      `no ${p.tier} rotation is under way, so that there is nothing to ${p.step === 'rollback' ? 'roll back' : p.step}; nothing was changed`,
    p => [`begin one: ${REMEDIES.caExpiring(p)}`],
  ),
  ERR_ROTATION_TIER: row<{ tier: string; problem: string; hint: string }>(
    EXIT.refused,
    p => `the ${p.tier} tier cannot be rotated: ${p.problem}; nothing was changed`,
    p => [p.hint],
  ),
  ERR_ROTATION_CONTRADICTION: row<{ tier: string; problems: readonly string[] }>(
    EXIT.integrity,
    p => `the ${p.tier} rotation is not where it was recorded to be; nothing was changed`,
    p => [
      `what is known: ${REMEDIES.rotationUnclear(p)}`,
      'was manifest.db restored from a back-up? then restore public/ and authorities/ of the same time',
    ],
    p => p.problems,
  ),
  ERR_ROTATION_TEST: row<{ id: string; problem: string }>(
    EXIT.integrity,
    p => `the test certificate that ${p.id} signed is refused: ${p.problem}; ${p.id} is not in use`,
    () => ['run the same command again when that is put right'],
  ),
  ERR_ROTATION_KEY_OUT: row<{ id: string }>(
    EXIT.usage,
    p => `the key of ${p.id} is kept offline, and so its successor's should be: say where that goes`,
    () => [REMEDIES.rotationKeyOut()],
  ),
  ERR_ROTATION_KEY_NEEDED: row<{ id: string; step: string; tier: string; keyLocation: string }>(
    EXIT.secret,
    p => `the key of ${p.id} is needed, and it is ${p.keyLocation}`,
    p => [`bring it for this run: ${REMEDIES.rotationKeyNeeded(p)}`],
  ),
  ERR_ROTATION_NOT_TAINTED: row<{ id: string; step: string; tier: string }>(
    EXIT.refused,
    p =>
      `${p.id} is not tainted: --force-compromised is for a CA whose key somebody else may have; nothing was changed`,
    p => [`without it: ${REMEDIES.rotationStep(p)}`, `if its key is lost: ${REMEDIES.caCompromised({ ca: p.id })}`],
  ),
  ERR_ROTATION_REASON: row<{ step: string }>(
    EXIT.usage,
    () => '--force-compromised needs --reason, and --reason goes with nothing else',
    p => [REMEDIES.rotationForced({ step: p.step, tier: 'issuing' })],
  ),
  ERR_ACK_AHEAD: row<{ verifier: string; sequence: number; newest: number }>(
    EXIT.usage,
    p => `${quote(p.verifier)} cannot have bundle sequence ${p.sequence}: the newest is ${p.newest}`,
    p => [REMEDIES.bundleLoaded({ sequence: p.newest })],
  ),
  ERR_ACK_UNTOLD: row<Unproven & { asks: boolean }>(
    EXIT.refused,
    p =>
      `${p.at} ${p.asks ? 'asks for a client certificate and does not say whose' : 'asks for no client certificate'}, so that it cannot tell which roots it has; nothing was changed`,
    p => [`look there, for what "${REMEDIES.anchorsUnclear()}" lists, and say so: ${REMEDIES.bundleLoaded(p)}`],
  ),
  ERR_ACK_UNNAMED: row<Unproven & { named: readonly string[]; missing: readonly string[] }>(
    EXIT.refused,
    p =>
      `${quote(p.verifier)} does not have bundle sequence ${p.sequence}: ${p.at} lets in clients of ${few(p.named)}, and not of ${p.missing.join(', ')}; nothing was changed`,
    p => ['give it public/bundle.pem and reload it', `then ask it again: ${REMEDIES.bundleProbed(p)}`],
  ),
} as const;
