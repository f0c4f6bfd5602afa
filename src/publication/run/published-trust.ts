// Reads the trust that verifiers get now from public/ and from every directory that the policy publishes to.
// Deployment compares it with what each consumer has loaded. It reads indexes and bundles, no CRL, and changes nothing.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bundleSequence } from '../../bundle/run/sequence.ts';
import { INDEX_FILE, indexedNumbers } from '../../crl/rules/index.ts';
import type { LoadedCrl, PublishedTrust } from '../../record/consumer.ts';
import type { Policy } from '../../policy/rules/policy.ts';
import type { Pki } from '../../store/open-pki.ts';

const LIMIT = 16 * 1024 * 1024;

/** Reads every directory. The answer has the older content where they differ: a consumer may read any of them. */
export function publishedTrust(pki: Pick<Pki, 'world' | 'home'>, { crl }: Pick<Policy, 'crl'>): PublishedTrust {
  const { world, home } = pki;
  const directories = [home.public.directory, ...(crl.publishTo ?? [])].map(directory => ({
    directory,
    sequence: bundleSequence(world, join(directory, 'bundle.json')) ?? 0,
    crls: indexedNumbers(textOf(pki, join(directory, INDEX_FILE))),
    bundles: textOf(pki, join(directory, MAP)) ?? '',
  }));
  const hash = createHash('sha256');
  for (const { directory, sequence, crls, bundles } of directories) {
    const numbers = [...crls].map(([ca, { number }]) => `${ca}:${number}`).sort();
    const federated = createHash('sha256').update(bundles).digest('hex');
    hash.update(JSON.stringify([directory, sequence, numbers, federated]));
  }
  return {
    bundleSequence: Math.min(...directories.map(({ sequence }) => sequence)),
    crls: oldest(directories.map(({ crls }) => crls)),
    fingerprint: hash.digest('hex'),
  };
}

/** Our bundle and those of federated trust domains. */
const MAP = 'bundle-map.json';

function oldest([first, ...others]: readonly ReadonlyMap<string, LoadedCrl>[]): ReadonlyMap<string, LoadedCrl> {
  const crls = new Map<string, LoadedCrl>();
  for (const [ca, crl] of first!) {
    const all = others.map(each => each.get(ca));
    if (all.includes(undefined)) continue;
    crls.set(
      ca,
      [crl, ...all.map(each => each!)].reduce((a, b) => (b.number < a.number ? b : a)),
    );
  }
  return crls;
}

function textOf({ world: { files } }: Pick<Pki, 'world'>, path: string): string | undefined {
  if (files.status(path)?.kind !== 'file') return undefined;
  const bytes = files.read(path, LIMIT);
  return bytes && Buffer.from(bytes).toString('utf8');
}
