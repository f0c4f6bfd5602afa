// Verifies a published directory: its CRLs, its index, its anchors, and the answers that verifiers get from them.
// `crl verify` and the rehearsal of a compromised CA call it. It collects findings with their remedies, and repairs nothing.
import { join } from 'node:path';
import type { World } from '../../world/world.ts';
import { REMEDIES } from '../../errors/remedy.ts';
import { isCertified, type CertifiedAuthority } from '../../ca/rules/active-issuer.ts';
import {
  CRL_BUNDLE_FILE,
  crlCrlFile,
  crlDerFile,
  crlPemFile,
  encodeCrlIndex,
  INDEX_FILE,
  indexedLines,
} from '../../crl/rules/index.ts';
import { offersCrl } from '../../crl/rules/last.ts';
import { plural } from '../../text/plural.ts';
import { toHex } from '../../pki/bytes.ts';
import { crlNumber } from '../../pki/crl/parsed.ts';
import type { PathCrl } from '../../pki/path/path-crl.ts';
import type { Home } from '../../store/home.ts';
import type { Manifest } from '../../store/manifest/manifest.ts';
import { checkPublishedCrl, digestOf } from './check-published-crl.ts';
import { indexedCrl } from '../../crl/run/files.ts';
import type { CrlFinding, Report } from './finding.ts';
import { publishedAnchors } from './published-anchors.ts';
import { publishedCrlReader, type PublishedCrls } from './published-crls.ts';
import { readLeaves, verifyCrlSet, type SetFault } from './verify-crl-set.ts';

interface VerifiedCrl {
  readonly ca: string;
  /** Absent if no CRL can be parsed. */
  readonly number?: bigint;
  readonly nextUpdate?: Date;
  readonly entryCount?: number;
}

export interface CrlVerification {
  readonly directory: string;
  readonly crls: readonly VerifiedCrl[];
  /** The number of verified certificates, valid and revoked. */
  readonly certificates: number;
  readonly findings: readonly CrlFinding[];
}

interface HeldCrl {
  readonly authority: CertifiedAuthority;
  readonly crl: PathCrl;
}

/**
 * Verifies a published directory: every CA of a live chain must have a valid CRL of its own, the same in DER, in PEM and in the bundle;
 * and with these files verifiers must accept every valid certificate and reject every revoked one.
 */
export async function verifyCrls(
  world: World,
  { home, manifest }: { readonly home: Home; readonly manifest: Manifest },
  directory: string,
  now: Date,
): Promise<CrlVerification> {
  const findings: CrlFinding[] = [];
  const reporting = (id: string): Report => {
    const remedy =
      directory === home.public.directory
        ? REMEDIES.crlDue({ ca: id, keyLocation: manifest.authority(id)?.keyLocation ?? 'file' })
        : REMEDIES.publishedBehind({ directory });
    return (name, severity, message, about) => findings.push({ ca: id, name, severity, message, remedy, ...about });
  };
  const read = publishedCrlReader(world);
  const leaves = readLeaves(manifest, now);
  const judged = new Set([...leaves.values()].flat().map(({ certificate }) => toHex(certificate.tbs.serial)));
  const crls: VerifiedCrl[] = [];
  const ders: HeldCrl[] = [];
  const pems: PathCrl[] = [];
  for (const authority of manifest.authorities().filter(isCertified)) {
    if (!offersCrl(authority, manifest.latestCrl(authority.id), now)) continue;
    const report = reporting(authority.id);
    const der = firstOf(read(join(directory, crlDerFile(authority.id)), 'der'), report);
    const pem = firstOf(read(join(directory, crlPemFile(authority.id)), 'pem'), report);
    crls.push({ ca: authority.id, ...(der && summaryOf(der)) });
    if (pem !== undefined) pems.push(pem);
    if (der === undefined) continue;
    ders.push({ authority, crl: der });
    checkPublishedCrl(der, authority, manifest, now, judged, report);
    const copy = read(join(directory, crlCrlFile(authority.id)), 'der');
    // the copy came later than the other files: a mirror of an earlier version has none
    if (copy.problem !== undefined) report(copy.problem.name, 'warning', copy.problem.text);
    else if (copy.crls[0] !== der) report('copy-differs', 'integrity', 'its .crl file has a different CRL');
    if (pem !== undefined && pem !== der) report('pem-differs', 'integrity', 'its PEM file has a different CRL');
  }
  const bundle = read(join(directory, CRL_BUNDLE_FILE), 'bundle');
  checkBundle(bundle, ders, reporting('all'));
  checkIndex(world, directory, ders, reporting);
  const anchors = await publishedAnchors(world, manifest, directory, reporting('all'));
  const forms = [
    { name: CRL_BUNDLE_FILE, crls: bundle.crls },
    { name: 'crl/*.pem', crls: pems },
    { name: 'crl/*.der', crls: ders.map(({ crl }) => crl) },
  ];
  const cause = findings.find(({ severity }) => severity !== 'warning')?.remedy;
  for (const fault of verifyCrlSet(manifest, anchors, forms, leaves, now)) {
    reportFault(fault, forms.length, cause, reporting(fault.authorityId));
  }
  return { directory, crls, certificates: judged.size, findings };
}

function firstOf({ crls, problem }: PublishedCrls, report: Report): PathCrl | undefined {
  if (problem !== undefined) {
    report(problem.name, problem.name === 'missing' ? 'critical' : 'integrity', problem.text);
  }
  return crls[0];
}

const summaryOf = (crl: PathCrl): Omit<VerifiedCrl, 'ca'> => {
  const number = crlNumber(crl);
  return {
    ...(number !== undefined && { number }),
    ...(crl.nextUpdate && { nextUpdate: crl.nextUpdate.date }),
    entryCount: crl.entryCount,
  };
};

function checkBundle({ crls, problem }: PublishedCrls, held: readonly HeldCrl[], report: Report): void {
  const isSame = crls.length === held.length && held.every(({ crl }, index) => crls[index] === crl);
  if (problem === undefined && isSame) return;
  report('bundle-differs', 'integrity', problem?.text ?? `${CRL_BUNDLE_FILE} does not have these CRLs in this order`);
}

const INDEX_LIMIT = 16 * 1024 * 1024;

/** Compares the index with the fields of every CRL. */
function checkIndex(
  { files }: World,
  directory: string,
  held: readonly HeldCrl[],
  reporting: (id: string) => Report,
): void {
  const text = files.read(join(directory, INDEX_FILE), INDEX_LIMIT);
  const lines = indexedLines(text && Buffer.from(text).toString('utf8'));
  for (const { authority, crl } of held) {
    const number = crlNumber(crl);
    if (number === undefined || crl.nextUpdate === undefined) continue;
    const dates = { thisUpdate: crl.thisUpdate.date, nextUpdate: crl.nextUpdate.date };
    const facts = { authorityId: authority.id, number, ...dates, entryCount: crl.entryCount, sha256: digestOf(crl) };
    const wanted = indexedLines(encodeCrlIndex([indexedCrl({ authority, crl: facts })]));
    if (lines.get(authority.id) === wanted.get(authority.id)) continue;
    const what = lines.has(authority.id) ? 'does not match the CRL' : 'does not list the CRL';
    reporting(authority.id)('index-differs', 'warning', `${INDEX_FILE} ${what}`);
  }
}

/** Certificates that one finding lists at most, and services that its message names at most. */
const MOST = 20;
const NAMED = 3;

/** Reports a wrong verdict. `cause`: the remedy of a finding about a file, which also explains the verdict. */
function reportFault(
  { kind, forms, leaves, refusal }: SetFault,
  allForms: number,
  cause: string | undefined,
  report: Report,
): void {
  const verifiers = forms.length === allForms ? 'verifiers' : `verifiers with ${forms.join(' and ')}`;
  const services = [...new Set(leaves.map(({ service }) => service))];
  const more = services.length > NAMED ? ` and ${services.length - NAMED} more` : '';
  const named = `(${services.slice(0, NAMED).join(', ')}${more})`;
  const certificates = plural(leaves.length, kind === 'good-refused' ? 'valid certificate' : 'revoked certificate');
  const accepted = refusal === undefined ? 'accept' : 'cannot check';
  const verb = kind === 'good-refused' ? 'reject' : accepted;
  const why =
    refusal === undefined
      ? leaves.length === 1
        ? 'no CRL lists it'
        : 'no CRL lists them'
      : `${refusal.message} (${refusal.clause})`;
  const remedy =
    cause ?? (refusal?.code === 'revoked' ? REMEDIES.certificateMissing({ service: services[0]! }) : undefined);
  report(kind, 'critical', `${verifiers} ${verb} ${certificates} ${named}: ${why}`, {
    ...{ count: leaves.length, leaves: leaves.slice(0, MOST) },
    ...(remedy !== undefined && { remedy }),
  });
}
