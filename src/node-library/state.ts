import { nameToString } from '../pki/name/name.ts';
import { crlNumber } from '../pki/crl/parsed.ts';
import { serialToHex } from '../pki/certificate/serial-number.ts';
import { svidVerdict } from '../pki/certificate/svid.ts';
import type { Pair } from './judge.ts';
import type { FollowState, SpiffeIdText } from './types.ts';

/** Describes the pair in force, for logs and health checks. */
export function describeState({ identity: { leaf }, trust }: Pair): FollowState {
  const verdict = svidVerdict(leaf);
  return {
    ...(verdict.kind === 'svid' && { id: verdict.id as SpiffeIdText }),
    serial: serialToHex(leaf.tbs.serial),
    notAfter: leaf.tbs.notAfter.date,
    anchors: trust.anchors.length,
    crls: (trust.crls ?? []).map(({ crl }) => ({
      issuer: nameToString(crl.issuer),
      number: String(crlNumber(crl)),
      nextUpdate: crl.nextUpdate?.date,
    })),
  };
}
