import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitString, contextTag, integer, sequence, time, tlv, unsignedInteger } from '../../../src/pki/der/writer.ts';
import { encodeExtension } from '../../../src/pki/extension/extension.ts';
import { encodeAuthorityKeyIdentifier } from '../../../src/pki/extension/key-identifier.ts';
import { issuerFactsOf } from '../../../src/pki/certificate/issuer-facts.ts';
import { KEY_ALGORITHMS } from '../../../src/pki/key/algorithm.ts';
import { OID } from '../../../src/pki/oids.ts';
import { decodeCertificate } from '../../../src/pki/certificate/parsed.ts';
import { encodePem } from '../../../src/pki/pem.ts';
import { serialFromHex } from '../../../src/pki/certificate/serial-number.ts';
import type { PkiWorld } from './pki.ts';

export interface PlantedCrl {
  readonly revoked?: readonly string[];
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date;
  readonly number?: number;
  /** Extensions besides key identifier and number. */
  readonly extensions?: readonly Uint8Array[];
}

/** Makes a CRL with any content, signed with the real key of a CA of this home. */
export async function plantedCrl(world: PkiWorld, id: string, planted: PlantedCrl = {}): Promise<Uint8Array> {
  const algorithm = KEY_ALGORITHMS['ecdsa-p256'];
  const der = await world.manifest(manifest => manifest.authority(id)!.certificate!.der);
  const { subject, keyIdentifier } = issuerFactsOf(decodeCertificate(der), algorithm);
  const { revoked = [], number = 2 ** 40, extensions = [] } = planted;
  const { thisUpdate = world.now, nextUpdate = new Date(world.now.getTime() + 14 * 86_400_000) } = planted;
  const entries = revoked.map(serial => sequence(unsignedInteger(serialFromHex(serial)), time(world.now)));
  const tbs = sequence(
    integer(1),
    algorithm.signatureAlgorithmDer,
    subject.der,
    time(thisUpdate),
    time(nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    tlv(
      contextTag(0, true),
      sequence(
        encodeExtension(OID.authorityKeyIdentifier, false, encodeAuthorityKeyIdentifier(keyIdentifier)),
        encodeExtension(OID.cRLNumber, false, integer(number)),
        ...extensions,
      ),
    ),
  );
  const key = createPrivateKey(readFileSync(world.home.authority(id).key));
  return sequence(tbs, algorithm.signatureAlgorithmDer, bitString(new Uint8Array(sign('sha256', tbs, key))));
}

const pemOf = (der: Uint8Array): string => encodePem('X509 CRL', der);

/** Writes the CRLs of a directory, by CA, in every form, as publishing does. */
export function plantCrls(directory: string, crls: Readonly<Record<string, Uint8Array>>): void {
  for (const [id, der] of Object.entries(crls)) {
    writeFileSync(join(directory, `crl/${id}.der`), der);
    writeFileSync(join(directory, `crl/${id}.pem`), pemOf(der));
  }
  writeFileSync(join(directory, 'crl-bundle.pem'), Object.values(crls).map(pemOf).join(''));
}
