// Checks the directories that the files of services would be written to. Issuance and renewal call it.
// It writes nothing; it returns faults by service, and the caller decides.
import { sep } from 'node:path';
import { failure, type SvcauthError } from '../../errors/error.ts';
import { quote } from '../../errors/row.ts';
import { currentEntry } from '../../store/files/service-files.ts';
import type { Pki } from '../../store/open-pki.ts';

/** A service and the directory for its files. */
export interface ServiceDirectory {
  readonly service: string;
  readonly directory: string;
  /** Serial number of its current certificate. */
  readonly currentSerial?: string | undefined;
}

/**
 * Finds directories that cannot be used: not writable, with files of another service, or shared by two services. The faults are
 * ERR_OUT_SHARED and ERR_OUT_UNUSABLE by service. `force`: files of a certificate that is not in the manifest may be replaced.
 */
export function directoryFaults(
  pki: Pki,
  wanted: readonly ServiceDirectory[],
  force: boolean,
): ReadonlyMap<string, SvcauthError> {
  const owners = new Map<string, string>();
  const faults = new Map<string, SvcauthError>();
  for (const each of wanted) {
    const { service, directory } = each;
    const other = owners.get(directory);
    owners.set(directory, service);
    const found = other === undefined ? fault(pki, each, force) : undefined;
    if (other !== undefined) faults.set(service, failure('ERR_OUT_SHARED', { services: [other, service], directory }));
    if (found !== undefined) faults.set(service, failure('ERR_OUT_UNUSABLE', { service, directory, ...found }));
  }
  return faults;
}

interface Fault {
  readonly problem: string;
  readonly hint?: string;
}

function fault({ world, home, manifest }: Pki, wanted: ServiceDirectory, force: boolean): Fault | undefined {
  const { service, directory, currentSerial } = wanted;
  const isDefault = directory === home.service(service);
  // public/ is published, and services/ contains the directories of other services
  if (!isDefault && `${directory}${sep}`.startsWith(`${home.directory}${sep}`)) {
    return { problem: 'it is inside the home of the PKI', hint: 'omit --out, or use a directory outside the home' };
  }
  const obstacle = world.files.obstacle(directory);
  if (obstacle !== undefined)
    return { problem: obstacle.path === directory ? obstacle.reason : `${quote(obstacle.path)}: ${obstacle.reason}` };
  const entry = currentEntry(world.files, directory);
  if (entry === undefined) return undefined;
  if (entry === 'foreign') return { problem: 'it contains "current", which svcauth did not create' };
  if (entry.serial === currentSerial) return undefined;
  const owner = manifest.certificate(entry.serial)?.service;
  if (owner === service || (owner === undefined && (isDefault || force))) return undefined;
  return owner === undefined
    ? {
        problem: `it contains the certificate ${entry.serial}, which is not in the manifest`,
        hint: 'to replace its files: --force',
      }
    : { problem: `it contains the files of ${quote(owner)}` };
}
