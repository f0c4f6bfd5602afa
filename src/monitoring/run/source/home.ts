import { wrongCertificateFiles } from '../../../ca/run/certificate-file.ts';
import { exposedFiles, exposureCauses } from '../../../ca/run/home-access.ts';
import { keyFileState, type KeyFileFault } from '../../../ca/run/key-file-state.ts';
import type { Authority } from '../../../record/authority.ts';
import type { Pki } from '../../../store/open-pki.ts';
import type { Finding } from '../../rules/finding.ts';
import type { CheckSource } from '../source.ts';

const KEY_FINDINGS = { missing: 'ca-key-missing', changed: 'ca-key-changed', readable: 'ca-key-readable' } as const;

/** Finds CA keys and certificates that differ from the manifest, and files of the home that others may change. */
export const home: CheckSource = async ({ pki, authorities }) => {
  const findings: Finding[] = [];
  for (const authority of authorities) {
    if (authority.keyLocation === 'file' && authority.state !== 'retired') {
      const { faults } = await keyFileState(pki, authority);
      findings.push(...faults.map(fault => keyFinding(pki, authority, fault)));
    }
  }
  for (const { id: subject } of wrongCertificateFiles(pki)) {
    findings.push({ name: 'ca-certificate-changed', severity: 'warning', kind: 'ca', subject });
  }
  for (const { path: subject, mode, isWritable } of exposureCauses(exposedFiles(pki), pki.home)) {
    const severity = isWritable ? 'critical' : 'warning';
    findings.push({ name: isWritable ? 'home-writable' : 'home-readable', severity, kind: 'home', subject, mode });
  }
  return { findings };
};

function keyFinding(pki: Pki, { id: subject }: Authority, fault: KeyFileFault): Finding {
  const about = { severity: 'critical', kind: 'ca', subject, path: pki.home.authority(subject).key } as const;
  const problem = fault.name === 'changed' && { problem: fault.problem };
  return { ...about, name: KEY_FINDINGS[fault.name], ...problem };
}
