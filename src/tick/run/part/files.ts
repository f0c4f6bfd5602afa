// The part of `tick` that compares deployed files with what svcauth recorded, at least once a day for each service.
// `parts.ts` lists it before the renewal, which replaces lost keys, and the deployment, which rewrites files.
import type { CertifiedAuthority } from '../../../ca/rules/active-issuer.ts';
import { writeCertificateFile, wrongCertificateFiles } from '../../../ca/run/certificate-file.ts';
import { keyFileState } from '../../../ca/run/key-file-state.ts';
import { exposedFiles, type ExposedFile } from '../../../ca/run/home-access.ts';
import { inspection } from '../../../deployment/run/inspect.ts';
import { factsNow } from '../../../deployment/run/facts.ts';
import { deploymentSettings } from '../../../deployment/rules/settings.ts';
import { SvcauthError } from '../../../errors/error.ts';
import type { RecordedFiles, ServiceFacts } from '../../../record/file-facts.ts';
import { isUnchanged } from '../../../store/files/version-facts.ts';
import { actionKind, type TickAction } from '../../rules/action.ts';
import type { PartPlan, TickLook, TickPart } from '../part.ts';

export interface FilesPlan extends PartPlan {
  /** Services whose key is lost: only a new certificate helps. */
  readonly lost: ReadonlySet<string>;
  /** Every service with a difference that a deployment may end, those in `lost` included. */
  readonly differing: ReadonlySet<string>;
  /** Facts to record: of services that were compared and are right. */
  readonly seen: readonly ServiceFacts[];
  readonly exposed: readonly ExposedFile[];
  /** CAs whose ca.crt is not the certificate of the manifest. */
  readonly wrong: readonly CertifiedAuthority[];
  /** Digests of key files of CAs that an earlier version wrote, by id. */
  readonly keys: ReadonlyMap<string, string>;
}

/** Number of services up to which every tick compares all of them. */
const FEW = 1000;
/** Milliseconds after which a service is compared again. Less than a day: a daily run is never exactly a day after the last. */
const AGE = 20 * 3_600_000;

const WRITTEN = actionKind('ca-certificate-written', 'ca', 'wrote', 'would write');
const CLOSED = actionKind('access-restricted', 'home', 'restricted', 'would restrict');

/** Compares the files of services with their records, and takes permissions away that other accounts have in the home. */
export const files: TickPart<FilesPlan> = {
  name: 'files',
  plan: async look => {
    const compared = await compare(look);
    const [exposed, wrong] = [exposedFiles(look.pki), wrongCertificateFiles(look.pki)];
    const keys = await unknownKeys(look.pki);
    return {
      ...compared,
      exposed,
      wrong,
      keys,
      actions: [...exposed.map(closed), ...wrong.map(written)],
      refusals: [],
    };
  },
  carryOut: ({ pki }, { seen, exposed, wrong, keys, actions }) => {
    for (const { path, mode } of exposed) pki.world.files.setAccess(path, mode);
    for (const authority of wrong) writeCertificateFile(pki, authority);
    if (seen.length + exposed.length + keys.size > 0) {
      pki.manifest.transaction(write => {
        write.putFileFacts(seen);
        for (const [id, sha256] of keys) write.putKeyFileDigest(id, sha256);
        for (const { path, mode } of exposed) write.audit('home.restricted', path, { mode: mode.toString(8) });
      });
    }
    return { actions, failures: [] };
  },
};

const closed = ({ path, mode }: ExposedFile): TickAction => ({
  ...{ kind: CLOSED, subject: path, detail: `mode ${mode.toString(8)}` },
});

const written = ({ id }: CertifiedAuthority): TickAction => ({ kind: WRITTEN, subject: id, detail: 'ca.crt' });

/** Digests the key files that have no record and no fault, so a later change is found without their passphrase. */
async function unknownKeys(pki: TickLook['pki']): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>();
  for (const authority of pki.manifest.authorities()) {
    if (authority.keyLocation !== 'file' || pki.manifest.keyFileDigest(authority.id) !== undefined) continue;
    const { faults, sha256 } = await keyFileState(pki, authority);
    if (faults.length === 0 && sha256 !== undefined) keys.set(authority.id, sha256);
  }
  return keys;
}

async function compare({ pki, policy }: TickLook): Promise<Pick<FilesPlan, 'lost' | 'differing' | 'seen'>> {
  const { manifest, world } = pki;
  const { now } = world;
  const before = new Date(now.getTime() - AGE);
  const isOld = ({ seenAt }: ServiceFacts): boolean => seenAt <= before || seenAt > now;
  const recorded =
    manifest.serviceCount() <= FEW
      ? manifest.fileFacts({ atMost: Infinity, turn: 0 })
      : manifest.fileFacts({ seenBefore: before, now });
  const [lost, differing] = [new Set<string>(), new Set<string>()];
  const seen: ServiceFacts[] = [];
  const doubtful = new Map<string, RecordedFiles>();
  for (const each of recorded) {
    if (!isAsRecorded(pki, each)) doubtful.set(each.service, each);
    else if (isOld(each)) seen.push({ ...each, seenAt: now });
  }
  if (doubtful.size === 0) return { lost, differing, seen };
  const inspect = inspection(pki, policy);
  for (const live of manifest.servicesNamed([...doubtful.keys()])) {
    const { service } = live;
    const each = doubtful.get(service.name)!;
    const reasons = await inspect(live, each);
    if (reasons.some(({ name }) => name === 'key-lost')) lost.add(service.name);
    if (reasons.length > 0) differing.add(service.name);
    // a pending deployment records the facts when it is complete
    else if (!each.isPending) {
      const settings = deploymentSettings(service, policy.deployment);
      seen.push(
        factsNow(pki, { service: service.name, directory: each.out ?? pki.home.service(service.name), settings }),
      );
    }
  }
  return { lost, differing, seen };
}

function isAsRecorded(
  { world: { files: disk }, home }: TickLook['pki'],
  { service, out = home.service(service), files: facts }: RecordedFiles,
): boolean {
  try {
    return isUnchanged(disk, out, facts);
  } catch (cause) {
    if (cause instanceof SvcauthError) return false;
    throw cause;
  }
}
