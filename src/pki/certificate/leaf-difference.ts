import { equalBytes } from '../bytes.ts';
import { findExtension } from '../extension/extension.ts';
import { decodeGeneralNames } from '../extension/general-name.ts';
import { commonName } from '../name/name.ts';
import { OID } from '../oids.ts';
import type { ParsedCertificate } from './parsed.ts';
import type { LeafRequest } from './prepare-leaf.ts';

/**
 * Compares a signed certificate, decoded from its bytes, with its request; returns the first difference or undefined. It finds a
 * name that an encoder shortened, a date it shifted or a serial number it changed, before the certificate is used.
 */
export function leafDifference({ tbs }: ParsedCertificate, request: LeafRequest): string | undefined {
  if (!equalBytes(tbs.serial, request.serial)) return 'the serial number differs';
  if (tbs.notBefore.date.getTime() !== request.notBefore.getTime()) return 'another notBefore';
  if (tbs.notAfter.date.getTime() !== request.notAfter.getTime()) return 'another notAfter';
  if (!equalBytes(tbs.publicKey.der, request.publicKeyDer)) return 'the public key differs';
  if ((commonName(tbs.subject) ?? '') !== request.commonName) return 'another commonName';
  const extension = findExtension(tbs.extensions, OID.subjectAltName);
  if (extension === undefined) return 'no subjectAltName';
  const names = decodeGeneralNames(extension.value, 'subjectAltName');
  const { dns, ip } = request;
  if (names.length !== 1 + dns.length + ip.length) return 'the number of names differs';
  for (const [index, name] of names.entries()) {
    const same =
      index === 0
        ? name.type === 'uri' && name.value === request.spiffeId
        : index <= dns.length
          ? name.type === 'dns' && name.value === dns[index - 1]
          : name.type === 'ip' && equalBytes(name.octets, ip[index - 1 - dns.length]!);
    if (!same) return `name ${index + 1} differs`;
  }
  return undefined;
}
