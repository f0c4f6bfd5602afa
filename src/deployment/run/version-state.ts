// Compares the files of one certificate's version with the manifest, and says which parts can be rewritten from it.
// `inspect.ts` reports the differences, and `deploy.ts` rewrites them. It writes nothing.
import type { World } from '../../world/world.ts';
import { concatBytes, equalBytes, utf8 } from '../../pki/bytes.ts';
import { encodePem } from '../../pki/pem.ts';
import type { Certificate } from '../../record/certificate.ts';
import type { ServiceFacts } from '../../record/file-facts.ts';
import { compareVersion, expectedCredential, readVersion, type VersionTrust } from '../../store/files/service-files.ts';
import type { DeployReason } from '../rules/reason.ts';
import { digestOf } from '../../store/files/file-digest.ts';
import type { CurrentTrust } from './current-trust.ts';

export interface VersionDifference {
  /** The reasons to rewrite it; `key-lost` if only a new certificate helps. */
  readonly reasons: readonly DeployReason[];
  /** The parts to rewrite, with their content. */
  readonly mend: Partial<VersionTrust>;
}

type Recorded = Pick<ServiceFacts, 'chain' | 'anchors'>;

/**
 * Compares the newest version of a certificate. A chain or anchors that svcauth wrote earlier are right: a rotation decides when they
 * change. Without a record of them, certificates of our own CAs are right.
 */
export function versionDifference(
  { files }: Pick<World, 'files'>,
  directory: string,
  { serial, der, keySource, authorityId }: Certificate,
  trust: CurrentTrust,
  recorded: Recorded = {},
): VersionDifference {
  const held = readVersion(files, directory, serial);
  const chainPem = trust.chains.get(authorityId) ?? new Uint8Array();
  const leafPem = utf8(encodePem('CERTIFICATE', der!));
  const isRight = (bytes: Uint8Array, now: Uint8Array, before: string | undefined): boolean =>
    equalBytes(bytes, now) ||
    (before === undefined ? now.length > 0 && trust.isOfOurs(bytes) : digestOf(bytes) === before);
  const isChain = (bytes: Uint8Array): boolean => isRight(bytes, chainPem, recorded.chain);

  const { key } = compareVersion(held, expectedCredential({ der: der!, keySource }));
  const served = held.certificatePem;
  const isServed =
    served !== undefined &&
    equalBytes(served.subarray(0, leafPem.length), leafPem) &&
    (held.chainPem !== undefined && isChain(held.chainPem)
      ? equalBytes(served.subarray(leafPem.length), held.chainPem)
      : isChain(served.subarray(leafPem.length)));
  const [chain, anchors] = [held.chainPem, held.anchorsPem];
  const wrong = {
    certificatePem: !isServed,
    chainPem: chain === undefined || !isChain(chain),
    anchorsPem: anchors === undefined || !isRight(anchors, trust.anchorsPem, recorded.anchors),
  };
  const reason = (isWrong: boolean, bytes: Uint8Array | undefined, detail: string): readonly DeployReason[] =>
    isWrong ? [{ name: bytes === undefined ? 'files-missing' : 'files-differ', detail }] : [];
  return {
    reasons: [
      ...(key === 'right' ? [] : [{ name: 'key-lost', detail: 'tls.key' } as const]),
      ...reason(wrong.certificatePem, served, 'tls.crt'),
      ...reason(wrong.chainPem, chain, 'chain.pem'),
      ...reason(wrong.anchorsPem, anchors, 'ca.crt'),
    ],
    mend: {
      // one chain in both files
      ...((wrong.certificatePem || wrong.chainPem) && { certificatePem: concatBytes([leafPem, chainPem]), chainPem }),
      ...(wrong.anchorsPem && { anchorsPem: trust.anchorsPem }),
    },
  };
}
