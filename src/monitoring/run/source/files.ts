// Finds services whose files are not those that svcauth deployed: lost, changed, readable by others, or not in service.
// It compares recorded facts, and reads files only where these differ. Of many services it looks at a part in each hour.
import { SvcauthError } from '../../../errors/error.ts';
import type { RecordedFiles } from '../../../record/file-facts.ts';
import { isUnchanged } from '../../../store/files/version-facts.ts';
import { fileFindings } from '../../rules/deployed-files.ts';
import type { Finding } from '../../rules/finding.ts';
import type { CheckLook, CheckSource } from '../source.ts';

/** Number of services that one check compares; `tick` visits all of them once a day. */
const MOST = 5000;
const HOUR = 3_600_000;

export const files: CheckSource = async look => {
  const { pki, policy, deep } = look;
  const doubtful = recordedFiles(look).filter(each => deep || each.isPending || mayHaveChanged(look, each));
  if (doubtful.length === 0) return { findings: [] };
  const { inspection } = await import('../../../deployment/run/inspect.ts');
  const inspect = inspection(pki, policy);
  const findings: Finding[] = [];
  for (let start = 0; start < doubtful.length; start += MOST) {
    const batch = new Map(doubtful.slice(start, start + MOST).map(each => [each.service, each]));
    for (const live of pki.manifest.servicesNamed([...batch.keys()])) {
      const { name } = live.service;
      const recorded = batch.get(name)!;
      findings.push(...fileFindings(name, await inspect(live, recorded), recorded.isPending));
    }
  }
  return { findings };
};

function recordedFiles({ pki: { manifest, world }, selected, deep, isVisited }: CheckLook): readonly RecordedFiles[] {
  if (selected !== undefined) return manifest.fileFacts({ services: selected.map(({ service }) => service.name) });
  if (deep) return manifest.fileFacts({ atMost: Infinity, turn: 0 });
  const pending = manifest.fileFacts({ pending: true });
  if (isVisited) return pending;
  const known = new Set(pending.map(({ service }) => service));
  const turn = Math.floor(world.now.getTime() / HOUR);
  return [...pending, ...manifest.fileFacts({ atMost: MOST, turn }).filter(({ service }) => !known.has(service))];
}

function mayHaveChanged(
  { pki: { world, home } }: CheckLook,
  { service, out = home.service(service), files: facts }: RecordedFiles,
): boolean {
  try {
    return !isUnchanged(world.files, out, facts);
  } catch (cause) {
    // a directory that this account may not enter
    if (cause instanceof SvcauthError) return true;
    throw cause;
  }
}
